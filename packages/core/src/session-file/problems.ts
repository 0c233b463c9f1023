import { HpcnbError } from "../errors.js";
import { printableLine } from "../printable.js";
import type { Position } from "./positions.js";

/** One thing that is wrong with a session file or with a file of its site, and where. */
export interface Problem extends Position {
  /** The path of the file, as the user gave it or as it was found. */
  readonly file: string;
  readonly message: string;
}

/** A place as editors and terminals make it clickable: `file:line:column`. */
export function placeText({ file, line, column }: Position & { readonly file: string }): string {
  return `${printableLine(file)}:${line}:${column}`;
}

const hint = "Nothing was started. `hpcnb help session-file` describes every key.";
const withoutSite = "`site: none` in the session file does without the files of sites: `hpcnb help sites`.";

/**
 * All problems of a session file and of its site's files at once; the message has a line
 * `file:line:column  sentence` for each.
 */
export class SessionFileError extends HpcnbError {
  /** Those of the session file first. */
  readonly problems: readonly Problem[];
  /** The session file's path, as the user gave it. */
  readonly file: string;

  /** @param help whom to ask, where that is known. */
  constructor(file: string, problems: readonly Problem[], help?: string) {
    const isOfSite = (problem: Problem) => problem.file !== file;
    const sorted = [...problems].sort(
      (one, other) =>
        Number(isOfSite(one)) - Number(isOfSite(other)) ||
        one.file.localeCompare(other.file) ||
        one.line - other.line ||
        one.column - other.column,
    );
    super("HPCNB_BAD_SESSION_FILE", sorted.map((problem) => `${placeText(problem)}  ${problem.message}`).join("\n"), {
      help,
      hint: sorted.some(isOfSite) ? `${hint} ${withoutSite}` : hint,
    });
    this.problems = sorted;
    this.file = file;
  }
}
