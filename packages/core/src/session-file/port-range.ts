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

interface PortNeed {
  /** How many ports are listened on at the same time. */
  readonly least: number;
  /** By whom: "a controller". */
  readonly whose: string;
}

/** What the schema cannot say of a range: that a user may listen there, and that it is enough. */
export function portRangeFaults(pointer: string, text: unknown, need: PortNeed): Fault[] {
  const range = typeof text === "string" ? parsePortRange(text) : undefined;
  const must = range && brokenRule(range, need);
  if (must === undefined) return [];
  return [{ pointer, part: "value", message: `${pathOf(pointer)} ${must}, but is ${describe(text)}` }];
}

/** The end of a sentence; undefined for a range that keeps all rules. */
function brokenRule({ low, high }: PortRange, { least, whose }: PortNeed): string | undefined {
  if (low < lowest || high > highest) return `must lie between ${lowest} and ${highest}`;
  if (low > high) return "must begin with the lower port";
  return high - low + 1 < least ? `must have at least ${least} ports for ${whose}` : undefined;
}
