import type { Host } from "./host.js";
import type { PluginContext } from "./plugin-context.js";
import type { ReadinessContext, StorageReadiness } from "./readiness.js";
import type { Scheduler } from "./scheduler.js";
import { type SchedulerFeature, schedulerFeatures } from "./scheduler-features.js";
import type { Tunnel, TunnelContext } from "./tunnel.js";

/** The version of the contracts in this package that a plugin was written for. */
export const apiVersion = 1;

/** A JSON Schema (draft 2020-12) of an object: the plugin's own options in the session file. */
export type OptionsSchema = Readonly<Record<string, unknown>>;

/** The schema of options by their names. None is required. Pure. */
export function optionsSchema(properties: Readonly<Record<string, OptionsSchema>>): OptionsSchema {
  return { type: "object", additionalProperties: false, properties };
}

/** The schema of a text without spaces and control characters. Pure. */
export function wordSchema(description: string): OptionsSchema {
  return { type: "string", pattern: "^[^\\s\u0000-\u001f\u007f]+$", description };
}

export interface SchedulerContext extends PluginContext {
  /** The submit node: run every scheduler command through it. It tells `log` of each. */
  readonly host: Host;
}

/** What a plugin of any kind may say of its own options. */
interface Configurable {
  readonly optionsSchema?: OptionsSchema;
}

/**
 * A plugin is plain data and factories. It does no work when it is imported, and its factories do
 * none either: what can fail, fails in the methods of what they return.
 */
export interface Plugin {
  readonly apiVersion: typeof apiVersion;
  readonly name: string;
  readonly scheduler?: Configurable & {
    /** What a session file may have under `resources.options`, for each kind of job. */
    readonly resourcesSchema?: OptionsSchema;
    /**
     * What it has not: a session that asks for it is refused before anything is submitted. Default:
     * it has all.
     */
    readonly lacks?: readonly SchedulerFeature[];
    create(context: SchedulerContext): Scheduler;
  };
  readonly readiness?: Configurable & { create(context: ReadinessContext): StorageReadiness };
  readonly tunnel?: Configurable & { create(context: TunnelContext): Tunnel };
}

export type PluginKind = "scheduler" | "readiness" | "tunnel";

/** Gives a plugin its type; adds nothing. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}

/** Why a value is not a plugin that this version can use, or undefined if it is one. */
export function whyNotAPlugin(value: unknown, kind: PluginKind): string | undefined {
  if (typeof value !== "object" || value === null) return "its default export is not an object made with definePlugin";
  const candidate = value as Partial<Plugin>;
  if (candidate.apiVersion !== apiVersion) {
    return `it was written for plugin API version ${String(candidate.apiVersion)}, and this hpcnb has version ${apiVersion}`;
  }
  if (typeof candidate.name !== "string" || candidate.name === "") return "it has no name";
  if (typeof candidate[kind]?.create !== "function") return `it offers no ${kind}`;
  const strange = candidate.scheduler?.lacks?.find((feature) => !schedulerFeatures.includes(feature));
  if (strange !== undefined)
    return `its scheduler lacks "${strange}", which is none of ${schedulerFeatures.join(", ")}`;
  return undefined;
}
