import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { constructFromEvents, type Event, parseEvents, YAMLException } from "js-yaml";
import { type Position, PositionMap } from "./positions.js";
import { dependentFaults, resolveSession, type SessionFile } from "./resolve.js";
import type { Fault } from "./sentences.js";
import { brokenSource, createSource, type Problem, SessionFileError, type SessionSource } from "./source.js";
import { sessionValidator } from "./validator.js";

/** Bytes. A session file is a page of text; anything larger is some other file. */
const largestFile = 2 ** 20;

/** YAML aliases that a file may use; more than that is an attack, not a session. */
const mostAliases = 100;

/** Reads a session file and finds everything that is wrong with it. Never throws for what the file says. */
export async function readSessionFile(file: string): Promise<SessionSource> {
  const text = readText(file);
  return typeof text === "string" ? readSessionText(text, file) : brokenSource(file, text.problem);
}

/** The same, when only a valid session will do. @throws SessionFileError */
export async function loadSessionFile(
  file: string,
): Promise<SessionSource & { readonly session: NonNullable<SessionSource["session"]> }> {
  const source = await readSessionFile(file);
  const { session } = source;
  if (!session) throw new SessionFileError(file, source.problems);
  return { ...source, session };
}

export async function readSessionText(text: string, file: string): Promise<SessionSource> {
  let events: Event[];
  let value: unknown;
  let positions: PositionMap;
  try {
    events = parseEvents(text, { filename: file });
    positions = new PositionMap(text, events);
    if (positions.documents.length === 0)
      return brokenSource(file, "the file is empty: it needs at least notebook.directory");
    // Duplicate keys are found by the position map, all of them; here the last one wins.
    value = constructFromEvents(events, { source: text, filename: file, json: true, maxAliases: mostAliases })[0];
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return brokenSource(file, `not valid YAML: ${error.reason}`, markOf(error));
  }

  const problems = structureProblems(positions);
  if (value === null) return brokenSource(file, "the file is empty: it needs at least notebook.directory");
  // Defaults are filled into a copy: what the user wrote stays as it is.
  const filled = structuredClone(value);
  const faults = [...(await schemaFaults(filled)), ...dependentFaults(value)];
  const session =
    faults.length + problems.length === 0 ? resolveSession(filled as SessionFile, resolve(file)) : undefined;
  return createSource({ file, value, positions, faults, problems, session });
}

async function schemaFaults(value: unknown): Promise<readonly Fault[]> {
  const errors = (await sessionValidator())(value);
  if (errors.length === 0) return [];
  return (await import("./sentences.js")).faultsOf(errors);
}

function structureProblems(positions: PositionMap): Problem[] {
  const [, ...more] = positions.documents;
  return [
    ...positions.duplicates.map(({ key, offset }) => ({
      ...positions.position(offset),
      message: `the key ${JSON.stringify(key)} stands here for the second time`,
    })),
    ...more.slice(0, 1).map((offset) => ({
      ...positions.position(offset),
      message: "a second YAML document begins here: a session file has one",
    })),
  ];
}

/** js-yaml counts from 0, and gives no mark for what concerns the whole file. */
function markOf(error: YAMLException): Position {
  return error.mark ? { line: error.mark.line + 1, column: error.mark.column + 1 } : { line: 1, column: 1 };
}

function readText(file: string): string | { problem: string } {
  let bytes: Buffer;
  try {
    const found = statSync(file);
    if (found.isDirectory()) return { problem: "is a directory: name the session file in it" };
    if (found.size > largestFile)
      return { problem: `is larger than ${largestFile / 2 ** 20} MiB: this is no session file` };
    bytes = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { problem: code === "ENOENT" ? "there is no such file" : `cannot be read: ${message}` };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { problem: "contains NUL bytes: this is no text file" } : text;
  } catch {
    return { problem: "is not UTF-8 text" };
  }
}
