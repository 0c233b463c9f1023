import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  checkJson,
  defined,
  isHpcnbError,
  lackedBy,
  type Plugin,
  type PluginKind,
  type SchedulerFeature,
  schedulerFeatures,
} from "@hpcnb/core";
import { readSessionFile } from "@hpcnb/core/session-file";
import * as v from "valibot";
import { findSites } from "../sites.js";
import { builtInPlugins } from "./built-in.js";
import { bundledSchedulers } from "./bundled.js";
import { type FoundPlugin, findPlugin } from "./find-plugin.js";
import { nameOfPackage, pluginKinds } from "./kinds.js";
import { createPluginLoader, type PluginLoader } from "./load-plugin.js";
import { findNamed } from "./named-plugins.js";
import { pluginFoldersFor } from "./plugin-folders.js";

export interface ListedPlugin {
  readonly kind: PluginKind;
  /** As a session file names it. */
  readonly name: string;
  /** Its package's. */
  readonly version?: string;
  /** Its file; "hpcnb" where it is a part of hpcnb. */
  readonly from: string;
  /** The names of its own options, and of those that it has for jobs. */
  readonly options?: readonly string[];
  readonly resources?: readonly string[];
  /** What its scheduler can do for a session, and what it lacks, by its own word. */
  readonly capabilities?: readonly SchedulerFeature[];
  readonly lacks?: readonly SchedulerFeature[];
  /** Why it cannot be used. */
  readonly problem?: string;
}

/** A plugin by its name, found or not. */
type Candidate = { readonly kind: PluginKind; readonly name: string; readonly find: () => FoundPlugin };

/**
 * The plugins that a session file could name by their packages' names, from where it lies, those of
 * hpcnb, and those that it names already, kind by kind. Their code runs where it may: nobody is
 * asked.
 * @param file may be absent: its folder counts.
 */
export async function listPlugins(file: string, loader: PluginLoader = createPluginLoader()): Promise<ListedPlugin[]> {
  const listed: ListedPlugin[] = [];
  const from = resolve(file);
  for (const candidate of [...own(from), ...(await named(from)), ...installed(from)]) {
    if (listed.some(({ kind, name }) => kind === candidate.kind && name === candidate.name)) continue;
    listed.push(await look(candidate, loader));
  }
  return pluginKinds.flatMap((kind) => listed.filter((one) => one.kind === kind));
}

function own(file: string): Candidate[] {
  return pluginKinds.flatMap((kind) => {
    const known = builtInPlugins[kind];
    const names = kind === "scheduler" ? bundledSchedulers : known.map(({ name }) => name);
    return names.map((name) => ({ kind, name, find: () => findPlugin(kind, name, file, known) }));
  });
}

/** A file that cannot be read names none. */
async function named(file: string): Promise<Candidate[]> {
  if (!existsSync(file)) return [];
  const source = await readSessionFile(file, findSites());
  return findNamed(source, () => {}).map(({ found }) => ({ kind: found.kind, name: found.name, find: () => found }));
}

function installed(file: string): Candidate[] {
  return pluginFoldersFor(file).flatMap(({ folder }) =>
    [...namesIn(folder), ...namesIn(join(folder, "@hpcnb")).map((name) => `@hpcnb/${name}`)].flatMap((name) => {
      const plugin = nameOfPackage(name);
      return plugin ? [{ ...plugin, find: () => findPlugin(plugin.kind, plugin.name, file) }] : [];
    }),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It is not there, or not for this user: nothing is found in it either.
    return [];
  }
}

async function look({ kind, name, find }: Candidate, loader: PluginLoader): Promise<ListedPlugin> {
  let from = "unknown";
  let version: string | undefined;
  try {
    const found = find();
    from = found.isForeign ? found.path : "hpcnb";
    version = found.isForeign && found.manifest !== undefined ? versionIn(found.manifest) : undefined;
    const plugin = await loader.load(found);
    return { kind, name, from, ...defined({ version }), ...abilitiesOf(plugin, kind) };
  } catch (error) {
    if (!isHpcnbError(error)) throw error;
    return { kind, name, from, ...defined({ version }), problem: error.message };
  }
}

function versionIn(manifest: string): string | undefined {
  return checkJson(v.object({ version: v.string() }), readFileSync(manifest, "utf8")).value?.version;
}

function abilitiesOf(
  plugin: Plugin,
  kind: PluginKind,
): Pick<ListedPlugin, "options" | "resources" | "capabilities" | "lacks"> {
  const options = namesOf(plugin[kind]?.optionsSchema);
  if (kind !== "scheduler") return { options };
  const { resourcesSchema, lacks = [] } = plugin.scheduler ?? {};
  const lacked = new Set([...lacks, ...lackedBy({ lacks })]);
  const capabilities = schedulerFeatures.filter((feature) => !lacked.has(feature));
  return { options, resources: namesOf(resourcesSchema), capabilities, lacks };
}

function namesOf(schema: Readonly<Record<string, unknown>> = {}): string[] {
  const { properties } = schema;
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}
