import { isAbsolute } from "node:path";
import { parseDuration, parseMemory } from "../units.js";
import { valueAt } from "./layers.js";
import { describe, pathOf } from "./phrases.js";
import { portRangeFaults } from "./port-range.js";
import { mostAtOnce } from "./resolve.js";
import type { Fault } from "./sentences.js";
import { keyFor } from "./synonyms.js";

/**
 * The most that a text with a unit may stand for. More than that is a slip, and would overflow
 * schedulers' and timers' numbers.
 */
const memory = { parse: parseMemory, most: "1024T" } as const;
export const mostWalltime = "366d";
const walltime = { parse: parseDuration, most: mostWalltime } as const;
const timeout = { parse: parseDuration, most: "1d" } as const;

/** Counted with ipyparallel 9: 9 for engines, 6 more for clients. */
const controllerPorts = { least: 15, whose: "a controller" } as const;

/** What the schema cannot say. The value may have other faults: each key is looked at as it is. */
export function dependentFaults(value: unknown): Fault[] {
  return [
    ...directoryFaults(value),
    ...environmentFaults(value),
    ...clusterFaults(value),
    ...groupFaults(value),
    ...limitFaults(value),
    ...portRangeFaults("/cluster/ports", valueAt(value, "/cluster/ports"), controllerPorts),
    ...portRangeFaults("/tunnel/ports", valueAt(value, "/tunnel/ports"), { least: 1, whose: "a notebook" }),
  ];
}

function directoryFaults(value: unknown): Fault[] {
  const directory = valueAt(value, "/notebook/directory");
  if (typeof directory !== "string") return [];
  const at = { pointer: "/notebook/directory", part: "value" } as const;
  if (/^~[^/]/.test(directory)) {
    return [
      { ...at, message: "notebook.directory must be written in full, or begin with ~/ for your own home directory" },
    ];
  }
  if (valueAt(value, "/host") === undefined || isAbsolute(directory) || directory.startsWith("~")) return [];
  const message =
    "notebook.directory must be absolute or begin with ~/, because it is on another machine (host is given)";
  return [{ ...at, message }];
}

/** Each of the two chooses the Python. */
function environmentFaults(value: unknown): Fault[] {
  const [conda, venv] = ["conda", "venv"].map((key) => valueAt(value, `/notebook/environment/${key}`));
  if (conda === undefined || venv === undefined) return [];
  const message =
    "notebook.environment.venv and notebook.environment.conda exclude each other: each of them chooses the Python";
  return [{ pointer: "/notebook/environment/venv", part: "key", message }];
}

function clusterFaults(value: unknown): Fault[] {
  const cluster = valueAt(value, "/cluster");
  if (typeof cluster !== "object" || cluster === null || Array.isArray(cluster)) return [];
  const { engines, atOnce, groups, minimum } = cluster as Readonly<Record<string, unknown>>;
  // A key much like it is told already.
  const isMisspelled = Object.keys(cluster).some((key) => keyFor(key, ["engines", "groups"]) !== undefined);
  if (groups === undefined && engines === undefined && !isMisspelled) {
    const message =
      "cluster.engines is missing: how many engines to start (or cluster.groups, for engines of different kinds)";
    return [{ pointer: "/cluster/engines", part: "key", message }];
  }
  const faults: Fault[] = [];
  for (const [key, own] of Object.entries({ engines, atOnce })) {
    if (groups === undefined || own === undefined) continue;
    const message = `cluster.${key} and cluster.groups exclude each other: each group has its own`;
    faults.push({ pointer: `/cluster/${key}`, part: "key", message });
  }
  const all = (groups ?? [{ engines, atOnce }]) as readonly { engines: number; atOnce?: number }[];
  const most = Array.isArray(all) && all.every(isCounted) ? mostAtOnce(all) : undefined;
  if (typeof minimum === "number" && most !== undefined && minimum > most) {
    const whose =
      groups !== undefined ? "what all groups have" : atOnce === undefined ? "cluster.engines" : "what may run at once";
    const message = `cluster.minimum must be at most ${whose} (${most}), but is the number ${minimum}`;
    faults.push({ pointer: "/cluster/minimum", part: "value", message });
  }
  return faults;
}

function isCounted(group: unknown): boolean {
  const { engines, atOnce } = (group ?? {}) as Readonly<Record<string, unknown>>;
  const isCount = (count: unknown) => typeof count === "number" && count >= 1;
  return isCount(engines) && (atOnce === undefined || isCount(atOnce));
}

function groupFaults(value: unknown): Fault[] {
  const before = new Set<unknown>();
  return groupsOf(value).flatMap((group, index): Fault[] => {
    const name = valueAt(group, "/name");
    if (typeof name !== "string" || !before.has(name)) {
      before.add(name);
      return [];
    }
    const message = `cluster.groups[${index}].name must differ from the names before it, but is ${describe(name)} too`;
    return [{ pointer: `/cluster/groups/${index}/name`, part: "value", message }];
  });
}

function groupsOf(value: unknown): readonly unknown[] {
  const groups = valueAt(value, "/cluster/groups");
  return Array.isArray(groups) ? groups : [];
}

function limitFaults(value: unknown): Fault[] {
  const groups = groupsOf(value).map((_, index) => `/cluster/groups/${index}/resources`);
  const resources = ["/resources", "/cluster/resources", ...groups].flatMap((pointer) => [
    { pointer: `${pointer}/memory`, ...memory },
    { pointer: `${pointer}/walltime`, ...walltime },
  ]);
  return [...resources, { pointer: "/storage/timeout", ...timeout }].flatMap(({ pointer, parse, most }): Fault[] => {
    const text = valueAt(value, pointer);
    const amount = typeof text === "string" ? parse(text) : undefined;
    if (amount === undefined || amount <= (parse(most) ?? 0)) return [];
    return [
      { pointer, part: "value", message: `${pathOf(pointer)} must be at most ${most}, but is ${describe(text)}` },
    ];
  });
}
