import { readFileSync } from "node:fs";
import yargs, { type CommandModule } from "yargs";
import { commandsFor } from "./commands.js";
import { nameOf } from "./help/command-words.js";
import type { TextOutcome } from "./printing/outcome.js";
import { endWithReaders, printOutcome } from "./printing/print.js";
import { printError } from "./printing/print-error.js";
import { endWhenDone, endWithoutFiles, signal } from "./process/interruption.js";

endWithReaders();
endWhenDone();

const words = commandFirst(process.argv.slice(2));
run(words).catch(fail).then(endWithoutFiles);

async function fail(error: unknown): Promise<void> {
  const { askedSession, pasteableHint } = await import("./help/hints.js");
  const commands = commandsFor(signal);
  const asked = askedSession(words, commands);
  const hint = (text: string) => pasteableHint(text, asked, commands);
  process.exitCode = printError(error, { json: asksForJson(words), hint });
}

/** The one option that may stand before the command, as it does for all of them. */
function commandFirst([first, second, ...rest]: readonly string[]): readonly string[] {
  if (first === "--verbose" && second !== undefined) return [second, first, ...rest];
  return process.argv.slice(2);
}

/**
 * A command that is named first is the only one that yargs gets to know. Describing the others
 * takes longer than most commands do.
 */
async function run([first, ...rest]: readonly string[]): Promise<void> {
  const commands = commandsFor(signal);
  const find = (name: string | undefined) => commands.find((command) => nameOf(command) === name);
  const called = find(first);
  const topic = first === "help" ? find(rest[0]) : undefined;
  if (topic) await runCommand(topic, ["--help"]);
  else if (called) await runCommand(called, rest);
  else if (first === "complete") await say((await import("./commands/complete.js")).complete(rest, commands));
  else if (first === undefined || isHelp(first))
    await say((await import("./commands/help.js")).help(undefined, commands));
  else if (/^(version|--version|-v|-V)$/.test(first)) await say({ text: [`${version()}\n`] });
  else throw (await import("./help/mistyped.js")).noSuchCommand([first, ...rest], commands);
}

/** What has no options is for people. */
async function say(outcome: TextOutcome | Promise<TextOutcome>): Promise<void> {
  await printOutcome(await outcome, false);
}

async function runCommand(called: CommandModule, rest: readonly string[]): Promise<void> {
  const name = nameOf(called);
  const command = String(called.command).replace(name, "$0");
  let complaint: string | undefined;
  const cli = yargs(rest)
    .command({ ...called, command })
    .scriptName(`hpcnb ${name}`)
    .detectLocale(false)
    .strict()
    .version(false)
    .alias("h", "help")
    .wrap(Math.min(100, process.stdout.columns || 80))
    .exitProcess(false)
    .fail((message, error) => {
      if (!error) complaint = message;
      throw error ?? new Error(message);
    });
  if (rest.includes("--version")) cli.version(version());
  if (rest.some(isHelp)) (await import("./help/command-help.js")).addExamples(cli, name);
  try {
    await cli.parseAsync();
  } catch (error) {
    if (complaint === undefined) throw error;
    throw (await import("./help/mistyped.js")).badArguments(called, rest, complaint);
  }
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

function asksForJson(given: readonly string[]): boolean {
  const end = given.indexOf("--");
  return given.slice(0, end < 0 ? undefined : end).some((word) => word === "--json" || word === "--json=true");
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
