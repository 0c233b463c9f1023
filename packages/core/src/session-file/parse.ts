import { readFileSync, statSync } from "node:fs";
import { constructFromEvents, parseEvents, YAMLException } from "js-yaml";
import { printableLine } from "../printable.js";
import { PositionMap } from "./positions.js";
import type { Problem } from "./problems.js";
import { readStructure, type Structure } from "./structure.js";

/** Bytes. Such a file is a page of text; anything larger is some other file. */
const largestFile = 2 ** 20;

/**
 * How many faults are told, of each kind. Nobody reads more, and comparing all with each other
 * would take long.
 */
export const mostFaults = 200;

/** YAML aliases that a file may use; more than that is an attack, not a session. */
const mostAliases = 100;

/** What is usually wrong, by a piece of the parser's message. */
const syntaxHelp: Readonly<Record<string, string>> = {
  "tab characters": "use spaces",
  "deficient indentation": "is a quote or a bracket open further up?",
  "bad indentation":
    'keys of one mapping begin in the same column, and a text with ": " or " #" in it needs quotes around it',
};

/** A session file, or a file of a site: what it says, unchecked, and where it says it. */
export interface YamlFile {
  /** The path as it was given. */
  readonly file: string;
  /** Undefined when the text cannot be made into plain data. */
  readonly value: unknown;
  readonly positions: PositionMap;
  /** What keeps it from being one YAML document with each key once. */
  readonly problems: readonly Problem[];
}

/** What a file is to be, in words. */
export interface Expected {
  readonly kind: "session file" | "site file";
  /** What an empty one lacks. */
  readonly least?: string;
}

/** Reads a file as YAML. Never throws for what the file is or says. */
export function readYaml(file: string, expected: Expected): YamlFile {
  const text = readText(file, expected.kind);
  return typeof text === "string" ? parseYaml(text, file, expected) : unusable(file, text.problem);
}

/** The same of a text. Pure. */
export function parseYaml(text: string, file: string, { least }: Expected): YamlFile {
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
    return { file, value: undefined, positions: new PositionMap(""), problems: [syntaxProblem(error, text, file)] };
  }
  if (!structure.hasDocument || value === null)
    return unusable(file, `the file is empty${least === undefined ? "" : `: it needs at least ${least}`}`);
  const positions = new PositionMap(text, structure.offsets);
  const told = structure.faults.slice(0, mostFaults);
  const problems = told.map(({ offset, message }) => ({ file, ...positions.position(offset), message }));
  return { file, value, positions, problems };
}

/** A file that gives nothing to go on with. */
export function unusable(file: string, message: string): YamlFile {
  return { file, value: undefined, positions: new PositionMap(""), problems: [{ file, line: 1, column: 1, message }] };
}

/** What js-yaml says, where it says it: it gives no mark for what concerns the whole text. */
function syntaxProblem({ reason, mark }: YAMLException, text: string, file: string): Problem {
  const position = mark ? new PositionMap(text).position(mark.position) : { line: 1, column: 1 };
  const help = Object.entries(syntaxHelp).find(([piece]) => reason.includes(piece))?.[1];
  return { file, ...position, message: `not valid YAML: ${printableLine(reason)}${help ? ` (${help})` : ""}` };
}

function readText(file: string, kind: Expected["kind"]): string | { problem: string } {
  let bytes: Buffer;
  try {
    const found = statSync(file);
    if (found.isDirectory())
      return { problem: kind === "session file" ? "is a directory: name the session file in it" : "is a directory" };
    // Anything else, such as a pipe, may never end.
    if (!found.isFile()) return { problem: "is not a regular file" };
    if (found.size > largestFile) return { problem: `is larger than ${largestFile / 2 ** 20} MiB: this is no ${kind}` };
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
