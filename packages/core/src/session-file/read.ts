import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { constructFromEvents, parseEvents, YAMLException } from "js-yaml";
import { printableLine } from "../printable.js";
import { dependentFaults } from "./dependent-faults.js";
import { PositionMap } from "./positions.js";
import { resolveSession, type SessionFile } from "./resolve.js";
import type { Fault } from "./sentences.js";
import { brokenSource, createSource, type Problem, SessionFileError, type SessionSource } from "./source.js";
import { readStructure, type Structure } from "./structure.js";
import { sessionValidator } from "./validator.js";

/** Bytes. A session file is a page of text; anything larger is some other file. */
const largestFile = 2 ** 20;

/**
 * How many faults are told, of each kind. Nobody reads more, and comparing all with each other
 * would take long.
 */
const mostFaults = 200;

/** YAML aliases that a file may use; more than that is an attack, not a session. */
const mostAliases = 100;

const isEmpty = "the file is empty: it needs at least notebook.directory";

/** What usually is behind the parser's words. */
const syntaxHelp: Readonly<Record<string, string>> = {
  "tab characters": "use spaces",
  "deficient indentation": "is a quote or a bracket open further up?",
  "bad indentation":
    'keys of one mapping begin in the same column, and a text with ": " or " #" in it needs quotes around it',
};

/**
 * Reads a session file and finds everything that is wrong with it. Never throws for what the file
 * says.
 */
export async function readSessionFile(file: string): Promise<SessionSource> {
  const text = readText(file);
  return typeof text === "string"
    ? readSessionText(text, file)
    : brokenSource(file, [{ line: 1, column: 1, message: text.problem }]);
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
  let structure: Structure;
  let value: unknown;
  try {
    const events = parseEvents(text, { filename: file });
    structure = readStructure(text, events);
    // Duplicate keys are among the structure's faults, all of them; here the last one wins.
    if (structure.isPlain)
      value = constructFromEvents(events, { source: text, filename: file, json: true, maxAliases: mostAliases })[0];
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return brokenSource(file, [syntaxProblem(error, text)]);
  }
  const positions = new PositionMap(text, structure.places);
  const told = structure.faults.slice(0, mostFaults);
  const problems = told.map(({ offset, message }) => ({ ...positions.position(offset), message }));
  if (!structure.hasDocument || value === null) return brokenSource(file, [{ line: 1, column: 1, message: isEmpty }]);
  if (!structure.isPlain) return brokenSource(file, problems);

  // Defaults are filled into a copy: what the user wrote stays as it is.
  const filled = structuredClone(value);
  const faults = await schemaFaults(filled);
  const named = new Set(faults.map(({ pointer }) => pointer));
  const unnamed = dependentFaults(value).filter(({ pointer }) => !named.has(pointer));
  const isValid = problems.length + faults.length + unnamed.length === 0;
  const session = isValid ? resolveSession(filled as SessionFile, resolve(file)) : undefined;
  const all = [...faults, ...unnamed].slice(0, mostFaults);
  return createSource({ file, value, positions, faults: all, problems, session });
}

async function schemaFaults(value: unknown): Promise<readonly Fault[]> {
  const errors = (await sessionValidator())(value);
  if (errors.length === 0) return [];
  const [{ faultsOf }, { sessionSchema }] = await Promise.all([import("./sentences.js"), import("./schema.js")]);
  return faultsOf(errors.slice(0, mostFaults), { root: sessionSchema });
}

/** What js-yaml says, where it says it: it gives no mark for what concerns the whole text. */
function syntaxProblem({ reason, mark }: YAMLException, text: string): Problem {
  const position = mark ? new PositionMap(text).position(mark.position) : { line: 1, column: 1 };
  const help = Object.entries(syntaxHelp).find(([words]) => reason.includes(words))?.[1];
  return { ...position, message: `not valid YAML: ${printableLine(reason)}${help ? ` (${help})` : ""}` };
}

function readText(file: string): string | { problem: string } {
  let bytes: Buffer;
  try {
    const found = statSync(file);
    if (found.isDirectory()) return { problem: "is a directory: name the session file in it" };
    // Anything else, such as a pipe, may never end.
    if (!found.isFile()) return { problem: "is not a regular file" };
    if (found.size > largestFile)
      return { problem: `is larger than ${largestFile / 2 ** 20} MiB: this is no session file` };
    bytes = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    return { problem: isMissing ? "there is no such file" : `cannot be read: ${message}` };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { problem: "contains NUL bytes: this is no text file" } : text;
  } catch {
    return { problem: "is not UTF-8 text" };
  }
}
