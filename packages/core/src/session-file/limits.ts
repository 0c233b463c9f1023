import { parseDuration, parseMemory } from "../units.js";
import { valueAt } from "./layers.js";
import { describe, pathOf } from "./phrases.js";
import { placeText } from "./problems.js";
import type { Fault } from "./sentences.js";
import { layersOf, type SiteLayers } from "./sites.js";

/** The most that a site lets a session ask for, as its files have it. */
export interface SiteLimits {
  readonly engines?: number;
  readonly cores?: number;
  readonly memory?: string;
  readonly walltime?: string;
}

/** Each limit's values as numbers; undefined for what is none, which is a fault of its own. */
const amounts: Readonly<Record<string, (value: unknown) => number | undefined>> = {
  cores: count,
  memory: (value) => (typeof value === "string" ? parseMemory(value) : undefined),
  walltime: (value) => (typeof value === "string" ? parseDuration(value) : undefined),
};

/** Where a session asks for more than its site has. The value need not be valid. Pure. */
export function limitFaults(value: unknown, site: SiteLayers | undefined): Fault[] {
  const layers = site && layersOf(site);
  if (!layers) return [];
  const fault = (pointer: string, limit: string, [must, isNow]: readonly [string, string]): Fault[] => {
    const most = String(valueAt(layers.value, `/most/${limit}`));
    const where = placeText(layers.placeOf(`/most/${limit}`, "value"));
    const said = must.replace("N", most);
    return [
      {
        pointer,
        part: "value",
        message: `${pathOf(pointer)} ${said} at the site ${site.name} (${where}), but ${isNow}`,
      },
    ];
  };
  const beAtMost = (value: unknown) => ["must be at most N", `is ${describe(value)}`] as const;
  const ofResources = Object.entries(amounts).flatMap(([key, amount]) => {
    const most = amount(valueAt(layers.value, `/most/${key}`));
    return withResources(value).flatMap((mapping) => {
      const pointer = `${mapping}/resources/${key}`;
      const wanted = valueAt(value, pointer);
      const isMore = most !== undefined && (amount(wanted) ?? 0) > most;
      return isMore ? fault(pointer, key, beAtMost(wanted)) : [];
    });
  });
  const [first, ...others] = withResources(value).filter(
    (mapping) => count(valueAt(value, `${mapping}/engines`)) !== undefined,
  );
  const engines = [first, ...others].reduce(
    (sum, mapping) => sum + (count(valueAt(value, `${mapping}/engines`)) ?? 0),
    0,
  );
  if (first === undefined || engines <= (count(valueAt(layers.value, "/most/engines")) ?? engines)) return ofResources;
  return [
    ...ofResources,
    ...(others.length === 0
      ? fault(`${first}/engines`, "engines", beAtMost(engines))
      : fault("/cluster/groups", "engines", ["must have at most N engines", `has ${engines}`])),
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
