import { existsSync } from "node:fs";
import { join } from "node:path";
import { knownSessions } from "@hpcnb/client/files";
import { closestOf, HpcnbError, shellWord } from "@hpcnb/core";
import type { CommandModule } from "yargs";
import { tell } from "../printing/print.js";
import { nameOf, optionsOf } from "./command-words.js";

/** What people type who know other tools, by the command that does it here. */
const otherWords: Readonly<Record<string, readonly string[]>> = {
  up: ["start", "run", "launch", "begin", "submit", "resume", "serve", "spawn", "lab", "notebook", "qsub", "sbatch"],
  down: [
    ...["stop", "rm", "kill", "end", "delete", "del", "destroy", "remove", "terminate", "cancel", "halt", "shutdown"],
    ...["quit", "exit", "qdel", "scancel"],
  ],
  status: ["stat", "state", "info", "show", "describe", "inspect", "queue", "top", "watch", "ps", "qstat", "squeue"],
  list: ["ls", "ps", "sessions"],
  logs: ["log", "tail", "cat", "output"],
  open: ["browse", "browser", "url", "web", "view"],
  connect: ["attach", "tunnel", "forward", "login", "reconnect"],
  disconnect: ["detach", "logout"],
  scale: ["resize", "engines", "workers", "grow", "shrink", "add"],
  validate: ["check", "lint", "verify", "test"],
  init: ["new", "create", "setup", "configure", "config"],
  doctor: ["diagnose", "debug"],
  "renew-token": ["token", "rotate", "rotate-token"],
  password: ["passwd", "hash"],
  "ssh-config": ["ssh", "sshconfig"],
  completion: ["completions", "autocomplete"],
  help: ["man", "usage", "docs"],
};

/** Where two commands together do it. */
const twoSteps: Readonly<Record<string, readonly string[]>> = {
  restart: ["down", "up"],
  reload: ["down", "up"],
  reboot: ["down", "up"],
};

/** The error for a first word that is no command, with the line that was probably meant. */
export function noSuchCommand([word = "", ...rest]: readonly string[], commands: readonly CommandModule[]): HpcnbError {
  const line = (...words: string[]) => `\`${["hpcnb", ...words.map(shellWord)].join(" ")}\``;
  const bad = (message: string, hint: string) => new HpcnbError("HPCNB_BAD_ARGUMENTS", message, { hint });
  const quoted = JSON.stringify(word);
  if (word.startsWith("-")) {
    const later = commands.map(nameOf).find((name) => rest.includes(name));
    const moved = [later ?? "COMMAND", ...rest.filter((other) => other !== later), word];
    return bad(`The command comes first, and then options such as ${word}.`, `Write ${line(...moved)}.`);
  }
  if (isSession(word)) {
    return bad(
      `The command is missing before the session ${quoted}.`,
      `${line("up", word)} starts it or comes back to it, ${line("status", word)} says where it is.`,
    );
  }
  const steps = twoSteps[word.toLowerCase()];
  if (steps) {
    const lines = steps.map((step) => line(step, ...rest));
    return bad(`There is no command ${quoted}: two commands together do it.`, `Run ${lines.join(", and then ")}.`);
  }
  const meant = meantBy(word, commands);
  if (meant.length === 0)
    return bad(`There is no command ${quoted}.`, `The commands are ${commands.map(nameOf).join(", ")}.`);
  const told = meant.map((command) => `${line(nameOf(command), ...rest)}: ${String(command.describe)}.`);
  return bad(`There is no command ${quoted}; did you mean ${meant.map(nameOf).join(" or ")}?`, told.join("\n"));
}

function isSession(word: string): boolean {
  const isFile = /\.ya?ml$/.test(word) ? existsSync(word) : existsSync(join(word, "session.yaml"));
  return isFile || knownSessions(tell).some(({ name }) => name === word);
}

/** The commands that a word which is none of them probably means. */
export function meantBy(word: string, commands: readonly CommandModule[]): CommandModule[] {
  const lower = word.toLowerCase();
  const exact = commands.filter((command) => otherWords[nameOf(command)]?.includes(lower));
  if (exact.length > 0) return exact;
  const name = closestOf(lower, commands.map(nameOf));
  return commands.filter((command) => nameOf(command) === name);
}

/** The error for words after a command that it does not take; `complaint` is what yargs says. */
export function badArguments(command: CommandModule, words: readonly string[], complaint: string): HpcnbError {
  const name = nameOf(command);
  const hint = `\`hpcnb ${name} --help\` shows its arguments and options.`;
  const bad = (message: string, more = "") =>
    new HpcnbError("HPCNB_BAD_ARGUMENTS", message, { hint: `${hint}${more}` });
  if (!complaint.startsWith("Unknown argument")) return bad(complaint);
  const known = [...optionsOf(command), { name: "help", alias: "h" }];
  const flags = known.flatMap((option) => [`--${option.name}`, ...(option.alias ? [`-${option.alias}`] : [])]);
  const given = words.slice(0, words.includes("--") ? words.indexOf("--") : undefined);
  const isKnown = (flag: string) => flags.includes(flag) || flags.includes(flag.replace("--no-", "--"));
  const [unknown] = given
    .filter((word) => /^-{1,2}[A-Za-z]/.test(word))
    .map((word) => word.replace(/=.*/s, ""))
    .filter((flag) => !isKnown(flag));
  if (unknown === undefined) {
    const extra = given.filter((word) => !word.startsWith("-")).slice(1);
    const what = extra.length > 0 ? `: ${extra.map((word) => JSON.stringify(word)).join(", ")}` : "";
    return bad(`There are more words than ${name} takes${what}.`, " A path with spaces needs quotes.");
  }
  const match = closestOf(unknown, flags);
  const end = match === undefined ? `. Its options are ${flags.join(", ")}.` : `; did you mean ${match}?`;
  return bad(`${name} has no option ${unknown}${end}`);
}
