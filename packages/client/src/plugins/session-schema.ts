import type { OptionsSchema, Plugin, PluginKind } from "@hpcnb/core";
import { type Problem, readSessionFile, SessionFileError, sessionSchema } from "@hpcnb/core/session-file";
import { findSites } from "../sites.js";
import { createPluginLoader, type PluginLoader } from "./load-plugin.js";
import { findNamed, keysOf } from "./named-plugins.js";
import { problemOf } from "./problem-of.js";

/** A plugin that describes no options has none. */
const none: OptionsSchema = { type: "object", additionalProperties: false };

/** A mutable JSON Schema. */
type Schema = { properties: Record<string, Schema>; items: Schema; [key: string]: unknown };

/**
 * The JSON Schema of one session file, which knows the options of the plugins that this file, or
 * its site, names: for its editor. What else is wrong with the file does not matter, but a plugin
 * that hpcnb does not bring along runs only in a file without problems.
 * @throws SessionFileError with the problems that keep a plugin from being asked;
 *   HPCNB_PLUGIN_UNTRUSTED.
 */
export async function schemaOfFile(
  file: string,
  loader: PluginLoader = createPluginLoader(),
): Promise<Readonly<Record<string, unknown>>> {
  const source = await readSessionFile(file, findSites());
  const problems: Problem[] = [];
  const named = findNamed(source, (pointer, error) => problems.push(problemOf(source, pointer, error)));
  if (named.some(({ found }) => found.isForeign)) problems.push(...source.problems);
  if (problems.length > 0) throw new SessionFileError(file, problems, source.help);
  const schema = structuredClone(sessionSchema) as unknown as Schema;
  for (const { found } of named) describe(schema, found.kind, await loader.load(found));
  return schema;
}

function describe({ properties }: Schema, kind: PluginKind, plugin: Plugin): void {
  const node = keysOf[kind].reduce<Schema | undefined>((at, key) => at?.properties[key], { properties } as Schema);
  if (node) node.properties.options = described(plugin[kind]?.optionsSchema);
  if (kind !== "scheduler") return;
  const { cluster, resources } = properties;
  for (const wanted of [
    resources,
    cluster?.properties.resources,
    cluster?.properties.groups?.items.properties.resources,
  ])
    if (wanted) wanted.properties.options = described(plugin.scheduler?.resourcesSchema);
}

function described(schema: OptionsSchema = none): Schema {
  return structuredClone(schema) as Schema;
}
