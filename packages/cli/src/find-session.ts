import { existsSync } from "node:fs";
import { HpcnbError } from "@hpcnb/core";
import { knownSessions } from "./client-state.js";
import { parseAddress } from "./session-address.js";

const defaultFile = "session.yaml";

/** What the user means: a session file, the name of a session known here, or the address of one on a host (`host:/directory`). */
export function findSessionFile(argument: string | undefined): string {
  if (argument === undefined) {
    if (existsSync(defaultFile)) return defaultFile;
    throw new HpcnbError("HPCNB_NO_SESSION", `There is no ${defaultFile} in this directory.`, { hint: suggestion() });
  }
  if (existsSync(argument) || /[/\\]|\.ya?ml$/.test(argument) || parseAddress(argument)) return argument;
  const matches = knownSessions().filter(({ name }) => name === argument);
  const [match] = matches;
  if (match && matches.length === 1) return match.file;
  if (match) {
    throw new HpcnbError("HPCNB_NO_SESSION", `${matches.length} sessions are called "${argument}".`, {
      hint: `Give the file instead: ${matches.map(({ file }) => file).join(", ")}`,
    });
  }
  throw new HpcnbError("HPCNB_NO_SESSION", `"${argument}" is neither a file nor the name of a session known here.`, {
    hint: suggestion(),
  });
}

function suggestion(): string {
  const names = knownSessions().map(({ name }) => name);
  return names.length > 0
    ? `Name the session file, or one of the sessions known here: ${names.join(", ")}.`
    : "Name the session file: hpcnb COMMAND path/to/session.yaml";
}
