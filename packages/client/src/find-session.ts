import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { HpcnbError, shellWord, suggest } from "@hpcnb/core";
import { knownSessions, type Warn } from "./known-sessions.js";
import { parseAddress } from "./session-address.js";

const defaultFile = "session.yaml";

/**
 * What the user means: a session file, the folder of one, the name of a session known here, or the
 * address of one on a host (`host:/directory`). A name that is known here wins over a folder that
 * is called the same.
 * @throws HPCNB_NO_SESSION
 */
export function findSessionFile(argument: string | undefined, warn: Warn): string {
  if (argument === undefined) {
    if (existsSync(defaultFile)) return defaultFile;
    throw noSession(
      `There is no ${defaultFile} in this folder.`,
      `${howToName(warn)} \`hpcnb init\` makes a session file here.`,
    );
  }
  const exists = existsSync(argument);
  const isFolder = exists && (statSync(argument, { throwIfNoEntry: false })?.isDirectory() ?? false);
  if (exists && !isFolder) return argument;
  const called = knownSessions(warn).filter(({ name }) => name === argument);
  // One that has ended is meant only where none of its name goes on.
  const goingOn = called.filter(({ ended }) => !ended);
  const matches = goingOn.length > 0 ? goingOn : called;
  const [match] = matches;
  if (match && matches.length === 1) return match.file;
  if (match) {
    const files = matches.map(({ file }) => shellWord(file)).join(", ");
    throw noSession(`${matches.length} sessions are called "${argument}".`, `Give the file instead: ${files}`);
  }
  if (isFolder) return fileIn(argument, warn);
  if (parseAddress(argument)) return argument;
  if (/[/\\]|\.ya?ml$/.test(argument))
    throw noSession(`There is no file ${argument}${similarFile(argument)}`, howToName(warn));
  const names = knownSessions(warn).map(({ name }) => name);
  const near = suggest(argument, [...names, ...yamlFilesIn(".")]) || ".";
  throw noSession(`"${argument}" is neither a file nor the name of a session known here${near}`, howToName(warn));
}

function fileIn(folder: string, warn: Warn): string {
  const file = join(folder, defaultFile);
  if (existsSync(file)) return file;
  const others = yamlFilesIn(folder).map((name) => shellWord(join(folder, name)));
  throw noSession(
    `There is no ${defaultFile} in the folder ${folder}.`,
    others.length > 0 ? `Is one of these the session file? ${others.join(", ")}` : howToName(warn),
  );
}

/** The end of the sentence about a path that leads nowhere. */
function similarFile(path: string): string {
  const folder = dirname(path);
  if (!existsSync(folder)) return `: there is no folder ${folder}.`;
  const names = yamlFilesIn(folder);
  const near = suggest(
    path,
    names.map((name) => (path === basename(path) ? name : join(folder, name))),
  );
  return near || ".";
}

function yamlFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  } catch {
    // A suggestion is all that is lost with a folder that cannot be read.
    return [];
  }
}

function noSession(message: string, hint: string): HpcnbError {
  return new HpcnbError("HPCNB_NO_SESSION", message, { hint });
}

function howToName(warn: Warn): string {
  const names = knownSessions(warn).map(({ name }) => name);
  return names.length > 0
    ? `Name the session file, or one of the sessions known here: ${names.join(", ")}.`
    : "Name the session file, or its folder. `hpcnb help session-file` describes what is in it.";
}
