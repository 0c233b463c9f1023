import { parseDuration, parseMemory } from "../units.js";
import { valueAt } from "./layers.js";
import { describe, pathOf } from "./phrases.js";
import { placeText } from "./problems.js";
import type { Fault } from "./sentences.js";
import { layersOf, type SiteLayers } from "./sites.js";

/** One limit of a site. */
export interface SiteLimit {
  readonly value: unknown;
  /** As an error says whose limit it is: "at the site NAME (FILE:LINE:COLUMN)". */
  readonly where: string;
}

/** The most engines that a site lets a session have. */
export interface MostEngines extends SiteLimit {
  readonly value: number;
}

/** Each limit's values as numbers; undefined for what is none, which is a fault of its own. */
const amounts: Readonly<Record<string, (value: unknown) => number | undefined>> = {
  cores: count,
  memory: (value) => (typeof value === "string" ? parseMemory(value) : undefined),
  walltime: (value) => (typeof value === "string" ? parseDuration(value) : undefined),
};

function limitOf(site: SiteLayers, key: string): SiteLimit | undefined {
  const layers = layersOf(site);
  const value = valueAt(layers?.value, `/most/${key}`);
  if (!layers || value === undefined) return undefined;
  return { value, where: `at the site ${site.name} (${placeText(layers.placeOf(`/most/${key}`, "value"))})` };
}

/** Undefined where there is no limit, and where it is no number, which is a fault of its own. */
export function mostEnginesOf(site: SiteLayers): MostEngines | undefined {
  const limit = limitOf(site, "engines");
  const value = count(limit?.value);
  return limit && value !== undefined ? { ...limit, value } : undefined;
}

/** Where a session asks for more than its site has. The value need not be valid. Pure. */
export function limitFaults(value: unknown, site: SiteLayers | undefined): Fault[] {
  if (!site) return [];
  const fault = (pointer: string, { value: most, where }: SiteLimit, words: readonly [string, string]): Fault => {
    const [must, isNow] = words;
    return {
      pointer,
      part: "value",
      message: `${pathOf(pointer)} ${must.replace("N", String(most))} ${where}, but ${isNow}`,
    };
  };
  const beAtMost = (value: unknown) => ["must be at most N", `is ${describe(value)}`] as const;
  const ofResources = Object.entries(amounts).flatMap(([key, amount]) => {
    const limit = limitOf(site, key);
    const most = amount(limit?.value);
    if (!limit || most === undefined) return [];
    return withResources(value).flatMap((place) => {
      const pointer = `${place}/resources/${key}`;
      const wanted = valueAt(value, pointer);
      return (amount(wanted) ?? 0) > most ? [fault(pointer, limit, beAtMost(wanted))] : [];
    });
  });
  const [first, ...others] = withResources(value).filter(
    (place) => count(valueAt(value, `${place}/engines`)) !== undefined,
  );
  const engines = [first, ...others].reduce((sum, place) => sum + (count(valueAt(value, `${place}/engines`)) ?? 0), 0);
  const limit = mostEnginesOf(site);
  if (first === undefined || !limit || engines <= limit.value) return ofResources;
  return [
    ...ofResources,
    others.length === 0
      ? fault(`${first}/engines`, limit, beAtMost(engines))
      : fault("/cluster/groups", limit, ["must have at most N engines", `has ${engines}`]),
  ];
}

/** The mappings that may have `resources`, as JSON pointers. */
function withResources(value: unknown): string[] {
  const groups = valueAt(value, "/cluster/groups");
  return ["", "/cluster", ...(Array.isArray(groups) ? groups.map((_, index) => `/cluster/groups/${index}`) : [])];
}

function count(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
