import { readFileSync } from "node:fs";
import { HpcnbError } from "@hpcnb/core";
import yargs, { type Argv } from "yargs";
import { commandsFor } from "./commands.js";
import { endWithoutFiles, signal } from "./interruption.js";
import { endWithReaders } from "./print.js";
import { printError } from "./print-error.js";

endWithReaders();

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const usage =
  "$0 COMMAND [session.yaml]\n\nA Jupyter notebook with its ipyparallel engines on a cluster, from one file.";

try {
  await commandLine(process.argv.slice(2)).parseAsync();
} catch (error) {
  process.exitCode = printError(error);
}
endWithoutFiles();

/**
 * A command that is named first is the only one that yargs gets to know. Describing the others
 * takes longer than most commands do.
 */
function commandLine([first, ...rest]: readonly string[]): Argv {
  const commands = commandsFor(signal);
  const called = commands.find(({ command }) => String(command).split(" ")[0] === first);
  if (called) {
    const words = String(called.command).replace(String(first), "$0");
    return common(yargs(rest).command({ ...called, command: words }), `hpcnb ${first}`);
  }
  const all = yargs(first === undefined ? [] : [first, ...rest])
    .usage(usage)
    .command([...commands])
    .demandCommand(1, "Name a command.")
    .recommendCommands();
  return common(all, "hpcnb");
}

function common(cli: Argv, name: string): Argv {
  return cli
    .scriptName(name)
    .strict()
    .version(version)
    .alias("h", "help")
    .wrap(Math.min(100, process.stdout.columns || 80))
    .exitProcess(false)
    .fail((message, error) => {
      throw (
        error ?? new HpcnbError("HPCNB_BAD_ARGUMENTS", message, { hint: `\`${name} --help\` shows what can be typed.` })
      );
    });
}
