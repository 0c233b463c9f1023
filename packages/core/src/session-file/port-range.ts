import { describe, pathOf } from "./phrases.js";
import type { Fault } from "./sentences.js";

/** TCP ports of one host, both ends included. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** Ports below it are root's, and the last one that there is. */
const lowest = 1_024;
const highest = 65_535;

/** The piece of the schema for such a key. */
export const portRange = {
  type: "string",
  pattern: "^\\d{1,5}-\\d{1,5}$",
  "x-expects": "a range of ports such as 50000-51000",
} as const;

/** Undefined for a text that the schema does not accept. */
export function parsePortRange(text: string): PortRange | undefined {
  const [, low, high] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  return low === undefined || high === undefined ? undefined : { low: Number(low), high: Number(high) };
}

/**
 * What the schema cannot say of a range: that a user may listen there, and that it has enough ports
 * for what listens at the same time. `whose` names that: "a controller".
 */
export function portRangeFaults(
  pointer: string,
  text: unknown,
  { least, whose }: { readonly least: number; readonly whose: string },
): Fault[] {
  const range = typeof text === "string" ? parsePortRange(text) : undefined;
  if (!range) return [];
  const { low, high } = range;
  const must =
    low < lowest || high > highest
      ? `must lie between ${lowest} and ${highest}`
      : low > high
        ? "must begin with the lower port"
        : high - low + 1 < least
          ? `must have at least ${least} ports for ${whose}`
          : undefined;
  if (must === undefined) return [];
  return [{ pointer, part: "value", message: `${pathOf(pointer)} ${must}, but is ${describe(text)}` }];
}
