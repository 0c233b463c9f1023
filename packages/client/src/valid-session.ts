import { accessSync, constants, statSync } from "node:fs";
import { isHpcnbError, type Plugin, type PluginKind } from "@hpcnb/core";
import {
  type FoundSites,
  type Problem,
  readSessionFile,
  type Session,
  SessionFileError,
  type SessionSource,
} from "@hpcnb/core/session-file";
import type { TunnelChoice } from "@hpcnb/tunnel";
import { foreignHand, howToOwn, ownerOf } from "./plugins/foreign-hands.js";
import { kindNames } from "./plugins/kinds.js";
import { createPluginLoader, type PluginLoader } from "./plugins/load-plugin.js";
import { findNamed, keysOf, type NamedPlugin, tunnelsOf } from "./plugins/named-plugins.js";
import { checkResources, pluginOptions } from "./plugins/plugin-options.js";
import { problemOf } from "./plugins/problem-of.js";
import { tryFactory } from "./plugins/try-factory.js";
import { findSites } from "./sites.js";

export interface ValidSession {
  readonly session: Session;
  /** Undefined where the session is known by its record alone. */
  readonly source?: SessionSource;
  readonly plugins: SessionPlugins;
}

export interface SessionPlugins {
  readonly scheduler: Plugin;
  readonly readiness: Plugin;
  /** In the order to try them. The keeper loads them itself. */
  readonly tunnels: readonly TunnelChoice[];
}

export interface HowToLoad {
  /** Told before code runs that hpcnb does not bring along. */
  readonly announce?: ((sentence: string) => void) | undefined;
  /** Finds what matters to some commands only. */
  readonly further?: (source: SessionSource) => readonly Problem[];
  /** Default: what this machine has. */
  readonly sites?: FoundSites;
  /** Default: one for this call alone. */
  readonly loader?: PluginLoader;
}

type Options = Readonly<Record<string, unknown>>;

/**
 * Reads a session file and holds it against everything that can be checked without starting
 * anything: the schema, the plugins it names, their options, and, on this machine, the notebook
 * directory. A plugin that hpcnb does not bring along runs only when nothing else is wrong.
 * @throws SessionFileError with all problems and where each is; HPCNB_PLUGIN_UNTRUSTED.
 */
export async function loadValidSession(file: string, how: HowToLoad = {}): Promise<ValidSession> {
  const { announce = () => {}, further = () => [], sites = findSites(), loader = createPluginLoader() } = how;
  const source = await readSessionFile(file, sites);
  const problems: Problem[] = [...source.problems, ...further(source)];
  const named = findNamed(source, (pointer, error) => problems.push(problemOf(source, pointer, error)));
  const foreign = named.filter(({ found }) => found.isForeign);
  checkPlace(source, problems);
  checkOwner(source, foreign, problems);

  const plugins: Partial<Record<PluginKind, Plugin>> = {};
  const options: Record<PluginKind, Options> = { scheduler: {}, readiness: {}, tunnel: {} };
  for (const one of [...named.filter(({ found }) => !found.isForeign), ...foreign]) {
    const { pointer, found } = one;
    const { kind, isForeign } = found;
    if (isForeign && problems.length > 0) break;
    try {
      const plugin = await loader.load(found, () => announce(whoseCode(one)));
      plugins[kind] = plugin;
      options[kind] = await pluginOptions(source, { kind, keys: keysOf[kind], plugin }, problems);
      if (kind === "scheduler") await checkResources(source, plugin, problems);
      if (isForeign && problems.length === 0) tryFactory(plugin, kind, options[kind]);
    } catch (error) {
      // The user's word is no problem of the file.
      if (isHpcnbError(error, "HPCNB_PLUGIN_UNTRUSTED") || isHpcnbError(error, "HPCNB_ABORTED")) throw error;
      problems.push(problemOf(source, pointer, error));
    }
  }
  const { scheduler, readiness } = plugins;
  if (!source.session || !scheduler || !readiness || problems.length > 0)
    throw new SessionFileError(file, problems, source.help);
  const { session } = source;
  return {
    source,
    session: {
      ...session,
      scheduler: { ...session.scheduler, options: options.scheduler },
      storage: { ...session.storage, options: options.readiness },
      tunnel: { ...session.tunnel, options: options.tunnel },
    },
    plugins: { scheduler, readiness, tunnels: tunnelsOf(session, named, options.tunnel) },
  };
}

function whoseCode({ found }: NamedPlugin): string {
  const path = found.isForeign ? found.path : "";
  return `The ${kindNames[found.kind]} "${found.name}" is ${path}, which belongs to ${ownerOf(path)}: its code runs now.`;
}

/** Anyone who can change the file decides which code runs. */
function checkOwner(source: SessionSource, foreign: readonly NamedPlugin[], problems: Problem[]): void {
  const named = foreign.map((one) => ({ ...one, problem: foreignHand(one.from) }));
  const first = named.find(({ problem }) => problem !== undefined);
  if (!first) return;
  const { problem, pointer, found } = first;
  const message = `the code of the ${kindNames[found.kind]} would run as you because this file names it, but ${problem}. It was not run. ${howToOwn}`;
  problems.push(source.problemAt(pointer, message));
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
