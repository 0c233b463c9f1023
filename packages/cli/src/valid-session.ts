import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import {
  type OptionsSchema,
  type Plugin,
  type Problem,
  readinessPlugins,
  readSessionFile,
  type Session,
  SessionFileError,
  type SessionSource,
} from "@hpcnb/core";
import { autoTunnels, tunnelPlugins } from "./plugins/builtin-tunnels.js";
import { loadPlugin } from "./plugins/load-plugin.js";

export interface ValidSession {
  readonly session: Session;
  readonly plugins: SessionPlugins;
}

export interface SessionPlugins {
  readonly scheduler: Plugin;
  readonly readiness: Plugin;
  /** Names of tunnel plugins, in the order to try them. The keeper loads them itself. */
  readonly tunnelKinds: readonly string[];
}

/**
 * Reads a session file and holds it against everything that can be checked without starting anything: the schema, the plugins it
 * names, their options, and, on this machine, the notebook directory.
 * @throws SessionFileError with all problems and where each is.
 */
export async function loadValidSession(file: string): Promise<ValidSession> {
  const source = await readSessionFile(file);
  const problems: Problem[] = [...source.problems];
  const plugins = await loadPlugins(source, problems);
  const options = await pluginOptions(source, plugins?.scheduler, problems);
  checkPlace(source, problems);
  if (!source.session || !plugins || problems.length > 0) throw new SessionFileError(file, problems);
  const { session } = source;
  return { session: { ...session, scheduler: { ...session.scheduler, options } }, plugins };
}

/** The plugins are looked up even when other things are wrong, so that all problems are told at once. */
async function loadPlugins(source: SessionSource, problems: Problem[]): Promise<SessionPlugins | undefined> {
  const attempt = async (pointer: string, load: () => Promise<Plugin>): Promise<Plugin | undefined> => {
    try {
      return await load();
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string };
      problems.push(source.problemAt(pointer, [message, hint].filter(Boolean).join(" ")));
      return undefined;
    }
  };
  const from = resolve(source.file);
  const schedulerName = textAt(source, "scheduler", "plugin") ?? textAt(source, "scheduler") ?? "local";
  const readinessName = textAt(source, "storage", "readiness") ?? "probe";
  const tunnelName = textAt(source, "tunnel", "kind") ?? "auto";
  const tunnelKinds = tunnelName === "auto" ? autoTunnels(textAt(source, "host")) : [tunnelName];
  const [scheduler, readiness, ...tunnels] = await Promise.all([
    attempt("/scheduler", () => loadPlugin("scheduler", schedulerName, from)),
    attempt("/storage/readiness", () => loadPlugin("readiness", readinessName, from, readinessPlugins)),
    ...tunnelKinds.map((kind) => attempt("/tunnel/kind", () => loadPlugin("tunnel", kind, from, tunnelPlugins))),
  ]);
  return scheduler && readiness && tunnels.every(Boolean) ? { scheduler, readiness, tunnelKinds } : undefined;
}

async function pluginOptions(source: SessionSource, plugin: Plugin | undefined, problems: Problem[]) {
  const found = valueAt(source, "scheduler", "options");
  const given = typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  const schema = plugin?.scheduler?.optionsSchema;
  if (!schema) {
    if (plugin && Object.keys(given).length > 0) {
      problems.push(source.problemAt("/scheduler/options", `the scheduler ${plugin.name} has no options`));
    }
    return given;
  }
  // Compiling a schema is the slowest thing that a command does at its start: not where it can say nothing.
  if (Object.keys(given).length === 0 && !demandsSomething(schema)) return given;
  const checked = await source.checkOptions("/scheduler/options", given, schema);
  problems.push(...checked.problems);
  return checked.options;
}

/** Whether a schema of options finds fault with an empty object, or fills something in. */
function demandsSomething(schema: OptionsSchema): boolean {
  return (
    JSON.stringify(schema, (key, value) => (key === "description" ? undefined : value)).match(
      /"(required|default|minProperties)":/,
    ) !== null
  );
}

function checkPlace({ session, problemAt }: SessionSource, problems: Problem[]): void {
  // On another machine only `up` can look.
  if (!session || session.host !== undefined) return;
  const problem = directoryProblem(session.notebook.directory);
  if (problem) problems.push(problemAt("/notebook/directory", `notebook.directory ${problem}`));
}

function directoryProblem(path: string): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return `is not a directory: ${path}`;
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR"
      ? `does not exist: ${path}`
      : `cannot be written to (${code}): ${path}`;
  }
}

/** A text in the unchecked value of a session file. */
function textAt(source: SessionSource, ...keys: string[]): string | undefined {
  const found = valueAt(source, ...keys);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function valueAt({ value }: SessionSource, ...keys: string[]): unknown {
  let at: unknown = value;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
