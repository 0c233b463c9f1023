import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isHpcnbError, type Plugin, type PluginKind } from "@hpcnb/core";
import {
  type FoundSites,
  type Problem,
  readSessionFile,
  type Session,
  SessionFileError,
  type SessionSource,
} from "@hpcnb/core/session-file";
import { autoTunnels, readinessPlugins, tunnelPlugins } from "./plugins/built-in.js";
import { type FoundPlugin, findPlugin } from "./plugins/find-plugin.js";
import { foreignHand, howToOwn, ownerOf } from "./plugins/foreign-hands.js";
import { importPlugin } from "./plugins/load-plugin.js";
import { checkResources, pluginOptions } from "./plugins/plugin-options.js";
import { tryFactory } from "./plugins/try-factory.js";
import { findSites } from "./sites.js";
import { textAt } from "./source-values.js";

export interface ValidSession {
  readonly session: Session;
  /** Undefined where the session is known by its record alone. */
  readonly source?: SessionSource;
  readonly plugins: SessionPlugins;
}

export interface SessionPlugins {
  readonly scheduler: Plugin;
  readonly readiness: Plugin;
  /** Names of tunnel plugins, in the order to try them. The keeper loads them itself. */
  readonly tunnelKinds: readonly string[];
}

/** A plugin, and where the file names it. */
interface NamedPlugin {
  readonly pointer: string;
  readonly found: FoundPlugin;
}

export interface HowToLoad {
  /** Told before code runs that hpcnb does not bring along. */
  readonly announce?: ((sentence: string) => void) | undefined;
  /** Finds what matters to some commands only. */
  readonly further?: (source: SessionSource) => readonly Problem[];
  /** Default: what this machine has. */
  readonly sites?: FoundSites;
}

/**
 * Reads a session file and holds it against everything that can be checked without starting
 * anything: the schema, the plugins it names, their options, and, on this machine, the notebook
 * directory. A plugin that hpcnb does not bring along runs only when nothing else is wrong.
 * @throws SessionFileError with all problems and where each is.
 */
export async function loadValidSession(file: string, how: HowToLoad = {}): Promise<ValidSession> {
  const { announce = () => {}, further = () => [], sites = findSites() } = how;
  const source = await readSessionFile(file, sites);
  const problems: Problem[] = [...source.problems, ...further(source)];
  const named = findPlugins(source, problems);
  const own = named.filter(({ found }) => !found.isForeign);
  const foreign = named.filter(({ found }) => found.isForeign);
  checkPlace(source, problems);
  checkOwner(source, foreign, problems);

  const plugins = new Map<PluginKind, Plugin>();
  let options: Readonly<Record<string, unknown>> = {};
  for (const { pointer, found } of [...own, ...foreign]) {
    if (found.isForeign && problems.length > 0) break;
    // The keeper loads them; hpcnb's own are known to be right.
    if (found.kind === "tunnel" && !found.isForeign) continue;
    if (found.isForeign)
      announce(
        `The ${found.kind} "${found.name}" is ${found.path}, which belongs to ${ownerOf(found.path)}: its code runs now.`,
      );
    try {
      const plugin = await importPlugin(found);
      plugins.set(found.kind, plugin);
      if (found.kind === "scheduler") {
        options = await pluginOptions(source, plugin, problems);
        await checkResources(source, plugin, problems);
      }
      if (found.isForeign && problems.length === 0)
        tryFactory(plugin, found.kind, found.kind === "scheduler" ? options : {});
    } catch (error) {
      problems.push(problemOf(source, pointer, error));
    }
  }
  const [scheduler, readiness] = [plugins.get("scheduler"), plugins.get("readiness")];
  if (!source.session || !scheduler || !readiness || problems.length > 0)
    throw new SessionFileError(file, problems, source.help);
  const { session } = source;
  return {
    source,
    session: { ...session, scheduler: { ...session.scheduler, options } },
    plugins: { scheduler, readiness, tunnelKinds: tunnelKindsOf(source).map((kind) => forKeeper(source, kind)) },
  };
}

/**
 * The plugins are looked up even when other things are wrong, so that all problems are told at
 * once.
 */
function findPlugins(source: SessionSource, problems: Problem[]): NamedPlugin[] {
  const schedulerName = textAt(source, "scheduler", "plugin") ?? textAt(source, "scheduler") ?? "local";
  const readinessName = textAt(source, "storage", "readiness") ?? "probe";
  const named: NamedPlugin[] = [];
  const look = (pointer: string, find: (from: string) => FoundPlugin) => {
    try {
      named.push({ pointer, found: find(fileOf(source, pointer)) });
    } catch (error) {
      problems.push(problemOf(source, pointer, error));
    }
  };
  look(schedulerPointer(source), (from) => findPlugin("scheduler", schedulerName, from));
  look("/storage/readiness", (from) => findPlugin("readiness", readinessName, from, readinessPlugins));
  for (const kind of tunnelKindsOf(source))
    look("/tunnel/kind", (from) => findPlugin("tunnel", kind, from, tunnelPlugins));
  return named;
}

/** The keeper knows the session file alone, and looks for a relative path from there. */
function forKeeper(source: SessionSource, kind: string): string {
  const from = fileOf(source, "/tunnel/kind");
  return /^\.\.?\//.test(kind) && from !== resolve(source.file) ? resolve(dirname(from), kind) : kind;
}

function tunnelKindsOf(source: SessionSource): readonly string[] {
  const kind = textAt(source, "tunnel", "kind") ?? "auto";
  return kind === "auto" ? autoTunnels(textAt(source, "host")) : [kind];
}

/** Where the plugin is named: a text alone, or in a mapping. */
function schedulerPointer(source: SessionSource): string {
  return textAt(source, "scheduler") === undefined ? "/scheduler/plugin" : "/scheduler";
}

/** The file that says what stands at a pointer: its relative paths begin there. */
function fileOf({ layers }: SessionSource, pointer: string): string {
  return resolve(layers.fileAt(pointer).file);
}

/** Anyone who can change the file decides which code runs. */
function checkOwner(source: SessionSource, foreign: readonly NamedPlugin[], problems: Problem[]): void {
  const named = foreign.map((one) => ({ ...one, problem: foreignHand(fileOf(source, one.pointer)) }));
  const first = named.find(({ problem }) => problem !== undefined);
  if (!first) return;
  const { problem } = first;
  const message = `the code of the ${first.found.kind} would run as you because this file names it, but ${problem}. It was not run. ${howToOwn}`;
  problems.push(source.problemAt(first.pointer, message));
}

function checkPlace({ session, problemAt }: SessionSource, problems: Problem[]): void {
  // On another machine only `up` can look.
  if (!session || session.host !== undefined) return;
  const problem = directoryProblem(session.notebook.directory);
  if (problem) problems.push(problemAt("/notebook/directory", `notebook.directory ${problem}`));
}

function problemOf(source: SessionSource, pointer: string, error: unknown): Problem {
  if (!isHpcnbError(error)) throw error;
  return source.problemAt(pointer, [error.message, error.hint].filter(Boolean).join(" "));
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
