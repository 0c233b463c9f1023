import { accessSync, constants, statSync } from "node:fs";
import { isHpcnbError, loadSessionFile, type Session, SessionFileError, type SessionSource } from "@hpcnb/core";
import { findSessionFile } from "./find-session.js";
import { loadSessionPlugins, type SessionPlugins } from "./plugins/session-plugins.js";

export interface ValidSession {
  readonly session: Session;
  readonly plugins: SessionPlugins;
}

/**
 * Reads a session file and holds it against everything that can be checked without starting anything: the schema, the plugins it
 * names, their options, and, on this machine, the notebook directory.
 * @throws HPCNB_BAD_SESSION_FILE with all problems and where each is.
 */
export async function loadValidSession(argument: string | undefined): Promise<ValidSession> {
  const source = await loadSessionFile(findSessionFile(argument));
  const { session } = source;
  const directory = session.host === undefined ? directoryProblem(session.notebook.directory) : undefined;
  const problems = directory ? [source.problemAt("/notebook/directory", `notebook.directory ${directory}`)] : [];
  if (session.host !== undefined) {
    problems.push(source.problemAt("/host", "host is not supported yet: this hpcnb runs sessions on the machine where it is called"));
  }
  const plugins = await loadSessionPlugins(session).catch((error: unknown) => {
    problems.push(pluginProblem(source, error));
    return undefined;
  });
  const schema = plugins?.scheduler.scheduler?.optionsSchema;
  const options = schema ? await source.checkOptions("/scheduler/options", schema) : { problems: [], options: session.scheduler.options };
  problems.push(...options.problems);
  if (!plugins || problems.length > 0) throw new SessionFileError(source.file, problems);
  return { session: { ...session, scheduler: { ...session.scheduler, options: options.options } }, plugins };
}

const pointerOfKind = { scheduler: "/scheduler", readiness: "/storage/readiness", tunnel: "/tunnel/kind" };

function pluginProblem(source: SessionSource, error: unknown) {
  if (!isHpcnbError(error)) throw error;
  const kind = (["readiness", "tunnel"] as const).find((word) => error.message.includes(` ${word} "`)) ?? "scheduler";
  return source.problemAt(pointerOfKind[kind], [error.message, error.hint].filter(Boolean).join(" "));
}

function directoryProblem(path: string): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return `is not a directory: ${path}`;
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return `does not exist: ${path}`;
    return `cannot be written to (${code}): ${path}`;
  }
}
