import { readdirSync } from "node:fs";
import { findSessionFile, findSites, knownSessions, parseAddress } from "@hpcnb/client/files";
import { errorCodes, isHpcnbError } from "@hpcnb/core";
import { readSessionFile } from "@hpcnb/core/session-file";
import type { CommandModule } from "yargs";
import { nameOf, optionsOf } from "../help/command-words.js";
import { pageNames } from "../help/help-pages.js";
import { tell } from "../printing/print.js";
import { completionScripts } from "./completion-scripts.js";

export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** At most this many engines are offered by number: nobody looks for one in a longer list. */
const mostOffered = 100;

/** What can stand in the place of the last word, from what this machine knows: no host is asked. */
export async function candidatesFor(
  words: readonly string[],
  commands: readonly CommandModule[],
): Promise<Candidate[]> {
  const current = words.at(-1) ?? "";
  const all = await candidatesAt(words.slice(0, -1), current, commands);
  return all.filter(({ value }) => value.startsWith(current));
}

async function candidatesAt(
  [first, ...before]: readonly string[],
  current: string,
  commands: readonly CommandModule[],
): Promise<Candidate[]> {
  const named = commands.map((command) => ({ value: nameOf(command), about: String(command.describe) }));
  if (first === undefined) return named;
  const command = commands.find((one) => nameOf(one) === first);
  if (!command) return [];
  if (current.startsWith("-")) return optionsFor(command);
  const takesValue = optionsOf(command).filter(({ isBoolean }) => !isBoolean);
  const isValue = (word: string | undefined) =>
    takesValue.some(({ name, alias }) => word === `--${name}` || (alias !== undefined && word === `-${alias}`));
  if (isValue(before.at(-1))) return [];
  const given = before.filter((word, index) => !word.startsWith("-") && !isValue(before[index - 1]));
  switch (first) {
    case "help":
      return given.length > 0
        ? []
        : [...named, ...plain(pageNames(), "a page"), ...plain(errorCodes, "an error's code")];
    case "completion":
      return given.length > 0 ? [] : plain(Object.keys(completionScripts), "a shell");
    case "logs":
      return logWords(given);
    case "plugins":
      return given.length === 0 ? [...sessions(), ...plain(["new"], "write the package of an adapter")] : [];
    case "scale":
      return given.length === 0 ? [...sessions(), ...(await groups(undefined))] : groups(given[0]);
    default:
      return given.length === 0 && String(command.command).includes("session") ? sessions() : [];
  }
}

function optionsFor(command: CommandModule): Candidate[] {
  const options = optionsOf(command).map(({ name, describe }) => ({ value: `--${name}`, about: describe }));
  return [...options, { value: "--help", about: "Show the options" }];
}

async function logWords(given: readonly string[]): Promise<Candidate[]> {
  const kinds = [
    { value: "notebook", about: "its log" },
    { value: "controller", about: "its log" },
    { value: "engine", about: "the log of one engine: engine K" },
    { value: "all", about: "all logs, each line with its origin" },
  ];
  if (given.at(-1) === "engine") return engines(given.length > 1 ? given[0] : undefined);
  if (given.length === 0) return [...sessions(), ...kinds];
  return given.length === 1 && !kinds.some(({ value }) => value === given[0]) ? kinds : [];
}

function sessions(): Candidate[] {
  const files = readdirSync(".").filter((name) => /\.ya?ml$/.test(name));
  const known = new Map(knownSessions(tell).map(({ name, file }) => [name, file]));
  return [...[...known].map(([value, about]) => ({ value, about })), ...plain(files, "a file here")];
}

/**
 * From the session's file. A file that is wrong or on another machine offers nothing: `validate`
 * tells why.
 */
async function clusterOf(session: string | undefined) {
  try {
    const file = findSessionFile(session, tell);
    return parseAddress(file) ? undefined : (await readSessionFile(file, findSites())).session?.cluster;
  } catch (error) {
    if (isHpcnbError(error)) return undefined;
    throw error;
  }
}

async function groups(session: string | undefined): Promise<Candidate[]> {
  const found = (await clusterOf(session))?.groups ?? [];
  return found.map(({ name, engines: count }) => ({ value: `${name}=`, about: `the file has ${count}` }));
}

async function engines(session: string | undefined): Promise<Candidate[]> {
  const found = (await clusterOf(session))?.groups ?? [];
  const numbers = found.flatMap(({ name, engines: count }) => Array.from({ length: count }, () => name));
  return numbers.slice(0, mostOffered).map((group, index) => ({ value: String(index + 1), about: `of ${group}` }));
}

function plain(values: readonly string[], about: string): Candidate[] {
  return values.map((value) => ({ value, about }));
}
