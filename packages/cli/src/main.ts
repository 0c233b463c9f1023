import { readFileSync } from "node:fs";
import { HpcnbError, parseDuration } from "@hpcnb/core";
import yargs from "yargs";
import { printError } from "./print-error.js";

/** The first Ctrl-C lets the command say how to come back; a second one ends it at once. */
const interruption = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    interruption.abort();
    process.once(name, () => process.exit(130));
  });
}
const { signal } = interruption;

// Who read has had enough, as in `hpcnb schema | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

const session = { type: "string", describe: "Session file, or the name of a known session [./session.yaml]" } as const;
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const json = { type: "boolean", default: false, describe: "One JSON value on stdout, for programs" } as const;

/** Each command's code is loaded when the command is used: starting up is part of what every command costs. */
const cli = yargs(process.argv.slice(2))
  .scriptName("hpcnb")
  .usage("$0 COMMAND [session.yaml]\n\nA Jupyter notebook with its ipyparallel engines on a cluster, from one file.")
  .command(
    "up [session]",
    "Start the session, or come back to it, and print its URL",
    (y) =>
      y
        .positional("session", session)
        .option("timeout", { type: "string", describe: "Give up waiting after this long, such as 10m; the jobs go on" })
        .option("dry-run", {
          type: "boolean",
          default: false,
          describe: "Print what would be submitted, and do nothing",
        })
        .option("json", json),
    async ({ session, timeout, dryRun, json }) => {
      if (dryRun) return (await import("./commands/rehearse.js")).rehearse({ session, json, signal });
      const { up } = await import("./commands/up.js");
      await up({ session, timeout: timeout === undefined ? undefined : durationOf(timeout), json, signal });
    },
  )
  .command(
    "status [session]",
    "Say where the session is: jobs, notebook, tunnel, engines",
    (y) => y.positional("session", session).option("json", json),
    async ({ session, json }) => (await import("./commands/status.js")).status({ session, json, signal }),
  )
  .command(
    "logs [words..]",
    "Print a log: notebook (the default), controller, or engine K",
    (y) =>
      y
        .positional("words", {
          type: "string",
          array: true,
          default: [] as string[],
          describe: "[session] [notebook | controller | engine K]",
        })
        .option("follow", { alias: "f", type: "boolean", default: false, describe: "Go on printing what is added" }),
    async ({ words, follow }) =>
      (await import("./commands/logs.js")).logs({ words: words.map(String), follow, signal }),
  )
  .command(
    "open [session]",
    "Open the notebook in the browser",
    (y) => y.positional("session", session),
    async ({ session }) => (await import("./commands/open.js")).open({ session, signal }),
  )
  .command(
    "connect [session]",
    "Open the tunnel to a session that runs, and print its URL",
    (y) => y.positional("session", session).option("json", json),
    async ({ session, json }) => (await import("./commands/connect.js")).connect({ session, json, signal }),
  )
  .command(
    "disconnect [session]",
    "Close the tunnel; the session goes on",
    (y) => y.positional("session", session).option("json", json),
    async ({ session, json }) => (await import("./commands/connect.js")).disconnect({ session, json, signal }),
  )
  .command(
    "ssh-config [session]",
    "Print a block for ~/.ssh/config that reaches the notebook by plain ssh",
    (y) => y.positional("session", session),
    async ({ session }) => (await import("./commands/ssh-config.js")).sshConfig({ session, signal }),
  )
  .command(
    "list",
    "List the sessions that were started from this machine",
    (y) => y.option("json", json),
    async ({ json }) => (await import("./commands/list.js")).list({ json, signal }),
  )
  .command(
    "scale [words..]",
    "Change how many engines there are, while the notebook goes on",
    (y) =>
      y
        .positional("words", {
          type: "string",
          array: true,
          default: [] as string[],
          describe: "[session] N, or [session] GROUP=N ...",
        })
        .option("json", json),
    async ({ words, json }) => (await import("./commands/scale.js")).scale({ words: words.map(String), json, signal }),
  )
  .command(
    "down [session]",
    "End everything that the session started",
    (y) => y.positional("session", session).option("json", json),
    async ({ session, json }) => (await import("./commands/down.js")).down({ session, json, signal }),
  )
  .command(
    "validate [session]",
    "Check a session file and start nothing",
    (y) => y.positional("session", session).option("json", json),
    async ({ session, json }) => (await import("./commands/validate.js")).validate({ session, json }),
  )
  .command(
    "password",
    "Make the hash for notebook.password",
    (y) => y,
    async () => (await import("./commands/password.js")).password({ signal }),
  )
  .command(
    "schema",
    "Print the JSON Schema of session files",
    (y) => y,
    async () => (await import("./commands/schema.js")).schema(),
  )
  .demandCommand(1, "Name a command.")
  .strict()
  .recommendCommands()
  .version(version)
  .alias("h", "help")
  .wrap(Math.min(100, process.stdout.columns || 80))
  .exitProcess(false)
  .fail((message, error) => {
    throw error ?? new HpcnbError("HPCNB_BAD_ARGUMENTS", message, { hint: "`hpcnb --help` lists the commands." });
  });

try {
  await cli.parseAsync();
} catch (error) {
  process.exitCode = printError(error);
}

function durationOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new HpcnbError(
    "HPCNB_BAD_ARGUMENTS",
    `--timeout must be a time such as 90s, 10m or 1:30:00, but was "${text}".`,
  );
}
