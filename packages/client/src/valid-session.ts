import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { isHpcnbError, type Plugin } from "@hpcnb/core";
import {
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
import { textAt } from "./source-values.js";

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

/** A plugin, and where the file names it. */
interface NamedPlugin {
  readonly pointer: string;
  readonly found: FoundPlugin;
}

const pointers = { scheduler: "/scheduler", readiness: "/storage/readiness", tunnel: "/tunnel/kind" } as const;

/**
 * Reads a session file and holds it against everything that can be checked without starting
 * anything: the schema, the plugins it names, their options, and, on this machine, the notebook
 * directory. A plugin that hpcnb does not bring along runs only when nothing else is wrong;
 * `announce` is told before. `further` finds what matters to some commands only.
 * @throws SessionFileError with all problems and where each is.
 */
export async function loadValidSession(
  file: string,
  announce: (sentence: string) => void = () => {},
  further: (source: SessionSource) => readonly Problem[] = () => [],
): Promise<ValidSession> {
  const source = await readSessionFile(file);
  const problems: Problem[] = [...source.problems, ...further(source)];
  const named = findPlugins(source, problems);
  const own = named.filter(({ found }) => !found.isForeign);
  const foreign = named.filter(({ found }) => found.isForeign);
  checkPlace(source, problems);
  checkOwner(source, foreign, problems);

  const plugins = new Map<string, Plugin>();
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
      plugins.set(pointer, plugin);
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
  const [scheduler, readiness] = [plugins.get(pointers.scheduler), plugins.get(pointers.readiness)];
  if (!source.session || !scheduler || !readiness || problems.length > 0) throw new SessionFileError(file, problems);
  const { session } = source;
  return {
    session: { ...session, scheduler: { ...session.scheduler, options } },
    plugins: { scheduler, readiness, tunnelKinds: tunnelKindsOf(source) },
  };
}

/**
 * The plugins are looked up even when other things are wrong, so that all problems are told at
 * once.
 */
function findPlugins(source: SessionSource, problems: Problem[]): NamedPlugin[] {
  const from = resolve(source.file);
  const schedulerName = textAt(source, "scheduler", "plugin") ?? textAt(source, "scheduler") ?? "local";
  const readinessName = textAt(source, "storage", "readiness") ?? "probe";
  const named: NamedPlugin[] = [];
  const look = (pointer: string, find: () => FoundPlugin) => {
    try {
      named.push({ pointer, found: find() });
    } catch (error) {
      problems.push(problemOf(source, pointer, error));
    }
  };
  look(pointers.scheduler, () => findPlugin("scheduler", schedulerName, from));
  look(pointers.readiness, () => findPlugin("readiness", readinessName, from, readinessPlugins));
  for (const kind of tunnelKindsOf(source))
    look(pointers.tunnel, () => findPlugin("tunnel", kind, from, tunnelPlugins));
  return named;
}

function tunnelKindsOf(source: SessionSource): readonly string[] {
  const kind = textAt(source, "tunnel", "kind") ?? "auto";
  return kind === "auto" ? autoTunnels(textAt(source, "host")) : [kind];
}

/** Anyone who can change the file decides which code runs. */
function checkOwner(source: SessionSource, foreign: readonly NamedPlugin[], problems: Problem[]): void {
  const [first] = foreign;
  const problem = first && foreignHand(resolve(source.file));
  if (!problem) return;
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
