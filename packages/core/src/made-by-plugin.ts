import type { Host } from "./host.js";
import type { PluginKind } from "./plugin.js";
import type { StorageReadiness } from "./readiness.js";
import type { Scheduler } from "./scheduler.js";
import type { Tunnel } from "./tunnel.js";

type MemberType = "function" | "string" | "boolean";

/** The types of the members that each kind of plugin's factory must give. */
const members: Readonly<Record<PluginKind, Readonly<Record<string, MemberType>>>> = {
  scheduler: {
    runsOnHost: "boolean",
    taskVariable: "string",
    nameOf: "function",
    submit: "function",
    status: "function",
    cancel: "function",
    explain: "function",
    history: "function",
    render: "function",
  } satisfies Partial<Record<keyof Scheduler, MemberType>>,
  readiness: { name: "string", forJob: "function", read: "function" } satisfies Record<
    keyof StorageReadiness,
    MemberType
  >,
  tunnel: { kind: "string", open: "function" } satisfies Partial<Record<keyof Tunnel, MemberType>>,
};

/** The members that are missing in what a factory has given, or have another type. Pure. */
export function missingMembers(kind: PluginKind, made: unknown): string[] {
  const given = (typeof made === "object" && made !== null ? made : {}) as Readonly<Record<string, unknown>>;
  return Object.entries(members[kind])
    .filter(([name, type]) => typeof given[name] !== type)
    .map(([name]) => name);
}

/** A host for trying a factory: factories use none before they are asked for anything. */
export const untouchedHost: Host = new Proxy({} as Host, {
  get: (_target, property) => {
    if (property === "name") return "no host";
    throw new Error(`it used its host's ${String(property)} before it was asked for anything`);
  },
});
