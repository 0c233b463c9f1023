import { HpcnbError, type OptionsSchema, type Plugin, type PluginKind, refusalsOf } from "@hpcnb/core";
import { checkOptions, type Problem, type SessionSource } from "@hpcnb/core/session-file";
import { mappingAt, valueAt } from "../source-values.js";
import { kindNames } from "./kinds.js";

/** A plugin by its place in the session file. */
export interface PlacedPlugin {
  readonly kind: PluginKind;
  /** The keys that lead to it, such as storage and readiness. */
  readonly keys: readonly string[];
  readonly plugin: Plugin;
}

/**
 * The options that a session file gives a plugin, with the plugin's defaults; what is wrong with
 * them becomes problems.
 */
export async function pluginOptions(source: SessionSource, { kind, keys, plugin }: PlacedPlugin, problems: Problem[]) {
  const given = mappingAt(source, ...keys, "options") ?? {};
  const schema = plugin[kind]?.optionsSchema;
  const pointer = ["", ...keys, "options"].join("/");
  if (!schema) {
    if (Object.keys(given).length > 0)
      problems.push(source.problemAt(pointer, `the ${kindNames[kind]} ${plugin.name} has no options`));
    return given;
  }
  // Compiling a schema is the slowest thing that a command does at its start: not where it can say
  // nothing.
  if (Object.keys(given).length === 0 && !demandsSomething(schema)) return given;
  const checked = await source.checkOptions(pointer, given, schema);
  problems.push(...checked.problems);
  return checked.options;
}

/** What the file asks for each job, where the plugin sets the limits. */
export async function checkResources(source: SessionSource, plugin: Plugin, problems: Problem[]): Promise<void> {
  const { resourcesSchema, lacks } = plugin.scheduler ?? {};
  for (const path of pathsWithResources(source)) {
    const at = (key: string) => ["", ...path, ...key.split(".")].join("/");
    const asked = { ...mappingAt(source, ...path, "resources"), tasksAtOnce: valueAt(source, ...path, "atOnce") };
    for (const { key, sentence } of refusalsOf(asked, { name: plugin.name, lacks }))
      problems.push(source.problemAt(at(key), sentence));
    const options = mappingAt(source, ...path, "resources", "options");
    if (!options) continue;
    const none: OptionsSchema = { type: "object", additionalProperties: false };
    const checked = await source.checkOptions(at("resources.options"), options, resourcesSchema ?? none);
    problems.push(...checked.problems);
  }
}

/** The mappings that may have `resources`. */
function pathsWithResources(source: SessionSource): string[][] {
  const groups = valueAt(source, "cluster", "groups");
  const indexes = Array.isArray(groups) ? groups.map((_, index) => ["cluster", "groups", String(index)]) : [];
  return [[], ["cluster"], ...indexes];
}

/** Whether a schema of options finds fault with an empty object, or fills something in. */
function demandsSomething(schema: OptionsSchema): boolean {
  return (
    JSON.stringify(schema, (key, value) => (key === "description" ? undefined : value)).match(
      /"(required|default|minProperties)":/,
    ) !== null
  );
}

/**
 * Options that a session's record has are held against the schema of its plugin, as those of a file
 * are. @throws HPCNB_STATE_UNREADABLE
 */
export async function expectOptions(
  plugin: Plugin,
  options: Readonly<Record<string, unknown>>,
  fileOrAddress: string,
): Promise<void> {
  const { faults } = await checkOptions(options, plugin.scheduler?.optionsSchema ?? {});
  const [fault] = faults;
  if (!fault) return;
  throw new HpcnbError(
    "HPCNB_STATE_UNREADABLE",
    `The record at ${fileOrAddress} has options that the scheduler ${plugin.name} does not take: ${fault.message}.`,
    { hint: "It may come from a newer hpcnb: use that one." },
  );
}
