import { HpcnbError, parseDuration } from "@hpcnb/core";
import type { ArgumentsCamelCase, Argv, CommandModule } from "yargs";
import type { Outcome } from "./printing/outcome.js";
import { printOutcome } from "./printing/print.js";

const session = { type: "string", describe: "Session file, or the name of a known session [./session.yaml]" } as const;
const json = { type: "boolean", default: false, describe: "One JSON value on stdout, for programs" } as const;

const verbose = {
  type: "boolean",
  default: false,
  describe: "Show on stderr each command that is run, how long it took, and how it ended",
} as const;

const trust = {
  type: "boolean",
  default: false,
  describe: "Run the code that the session file names without asking, now and later",
} as const;

/**
 * What can be typed after `hpcnb`, in the order of its help. A command's code is loaded when the
 * command is used: starting up is part of what every command costs.
 */
export const commandsFor = (signal: AbortSignal): readonly CommandModule[] => [
  define(
    "init [folder]",
    "Write a session file for a folder of notebooks, from a few questions",
    (y) =>
      y
        .positional("folder", { type: "string", describe: "Folder that gets session.yaml [.]" })
        .option("yes", {
          alias: "y",
          type: "boolean",
          default: false,
          describe: "Ask nothing, and take what hpcnb finds",
        })
        .option("json", json),
    async ({ folder, yes, json }) => (await import("./commands/init.js")).init({ folder, yes, json, signal }),
  ),
  define(
    "up [session]",
    "Start the session, or come back to it, and print its URL",
    (y) =>
      y
        .positional("session", session)
        .option("timeout", { type: "string", describe: "Give up waiting after this long, such as 10m; the jobs go on" })
        .option("dry-run", {
          type: "boolean",
          default: false,
          describe: "Print what would be submitted, and start nothing; plugins of the file run",
        })
        .option("full", {
          type: "boolean",
          default: false,
          describe: "With --dry-run: print the whole job scripts",
        })
        .option("open", {
          type: "boolean",
          default: true,
          describe: "Open the notebook in the browser, if this machine has one; --no-open prevents it",
        })
        .option("json", json),
    async ({ session, timeout, dryRun, full, open, json }) => {
      if (dryRun) return (await import("./commands/dry-run.js")).dryRun({ session, full, signal });
      if (full) throw new HpcnbError("HPCNB_BAD_ARGUMENTS", "--full goes with --dry-run: a start prints no scripts.");
      const { up } = await import("./commands/up.js");
      const timeoutMs = timeout === undefined ? undefined : durationOf(timeout) * 1000;
      const { offerSession } = await import("./init/offer.js");
      return up({ session: session ?? (await offerSession(signal)), timeoutMs, json, open, signal });
    },
  ),
  define(
    "status [session]",
    "Show the session: jobs, notebook, tunnel, engines",
    (y) =>
      y
        .positional("session", session)
        .option("watch", { type: "boolean", default: false, describe: "Keep it on the screen until Ctrl-C" })
        .option("json", json),
    async ({ session, watch, json }) => (await import("./commands/status.js")).status({ session, watch, json, signal }),
  ),
  define(
    "logs [words..]",
    "Print a log: notebook (the default), controller, engine K, or all",
    (y) =>
      y
        .positional("words", {
          type: "string",
          array: true,
          default: [] as string[],
          describe: "[session] [notebook | controller | engine K | engines | all]",
        })
        .option("follow", { alias: "f", type: "boolean", default: false, describe: "Keep printing new lines" })
        .option("tail", {
          alias: "n",
          type: "string",
          describe: "Begin with the last N lines, or with all [the last MB; of several logs 20 lines each]",
        }),
    async ({ words, follow, tail }) =>
      (await import("./commands/logs.js")).logs({ words: words.map(String), follow, tail, signal }),
  ),
  define(
    "open [session]",
    "Open the notebook in the browser",
    (y) => y.positional("session", session),
    async ({ session }) => (await import("./commands/open.js")).open({ session, signal }),
  ),
  define(
    "connect [session]",
    "Open the tunnel to a session that runs, and print its URL",
    (y) => y.positional("session", session).option("json", json),
    async ({ session }) => (await import("./commands/connect.js")).connect({ session, signal }),
  ),
  define(
    "disconnect [session]",
    "Close the tunnel; the session goes on",
    (y) => y.positional("session", session).option("json", json),
    async ({ session }) => (await import("./commands/connect.js")).disconnect({ session, signal }),
  ),
  define(
    "renew-token [session]",
    "Give the running notebook a new token; the old one stops working",
    (y) => y.positional("session", session).option("json", json),
    async ({ session }) => (await import("./commands/renew-token.js")).renewToken({ session, signal }),
  ),
  define(
    "ssh-config [session]",
    "Print a block for ~/.ssh/config that reaches the notebook by plain ssh",
    (y) => y.positional("session", session),
    async ({ session }) => (await import("./commands/ssh-config.js")).sshConfig({ session, signal }),
  ),
  define(
    "list",
    "List the sessions that were started from this machine",
    (y) => y.option("json", json),
    async () => (await import("./commands/list.js")).list({ signal }),
  ),
  define(
    "scale [words..]",
    "Change the number of engines, while the notebook goes on",
    (y) =>
      y
        .positional("words", {
          type: "string",
          array: true,
          default: [] as string[],
          describe: "[session] N, or [session] GROUP=N ...",
        })
        .option("wait", { type: "boolean", default: false, describe: "Wait until they have registered" })
        .option("json", json),
    async ({ words, wait, json }) =>
      (await import("./commands/scale.js")).scale({ words: words.map(String), wait, json, signal }),
  ),
  define(
    "down [session]",
    "End everything that the session started",
    (y) => y.positional("session", session).option("json", json),
    async ({ session }) => (await import("./commands/down.js")).down({ session, signal }),
  ),
  define(
    "validate [session]",
    "Check a session file and start nothing; its plugin runs if all else is right",
    (y) =>
      y
        .positional("session", session)
        .option("explain", {
          type: "boolean",
          default: false,
          describe: "Show for each value the line that it comes from",
        })
        .option("json", json),
    async ({ session, explain }) => (await import("./commands/validate.js")).validate({ session, explain }),
  ),
  define(
    "doctor [session]",
    "Check, hop by hop, whether a session could come up, and say what to do",
    (y) =>
      y
        .positional("session", session)
        .option("job", {
          type: "boolean",
          default: false,
          describe: "Also submit a tiny job: it shows a node's Python, and how late the node sees files",
        })
        .option("json", json),
    async ({ session, job, json }) => (await import("./commands/doctor.js")).doctor({ session, job, json, signal }),
  ),
  define(
    "password",
    "Make the hash for notebook.password",
    (y) => y,
    async () => (await import("./commands/password.js")).password({ signal }),
  ),
  define(
    "plugins [words..]",
    "List schedulers, tunnels and readiness strategies, with their origins and their faults",
    (y) =>
      y
        .positional("words", {
          type: "string",
          array: true,
          default: [] as string[],
          describe: "[session], or new NAME: write the package of an adapter for one more scheduler",
        })
        .option("json", json),
    async ({ words: [first, name, ...others] }) => {
      if (others.length > 0 || (first === "new") !== (name !== undefined)) {
        throw new HpcnbError("HPCNB_BAD_ARGUMENTS", "It is `hpcnb plugins [session]`, or `hpcnb plugins new NAME`.");
      }
      if (name !== undefined) return (await import("./commands/plugins-new.js")).pluginsNew({ name });
      return (await import("./commands/plugins.js")).plugins({ session: first });
    },
  ),
  define(
    "schema [session]",
    "Print the JSON Schema of session files, of one file with its plugins' options, or of sites' files",
    (y) =>
      y
        .positional("session", { type: "string", describe: "Session file whose plugins' options are included" })
        .option("site", { type: "boolean", default: false, describe: "The schema of sites' files" }),
    async ({ session, site }) => (await import("./commands/schema.js")).schema({ session, site }),
  ),
  define(
    "completion [shell]",
    "Print the lines that make bash, zsh or fish complete hpcnb's commands",
    (y) => y.positional("shell", { type: "string", describe: "bash, zsh or fish" }),
    async ({ shell }) => (await import("./commands/completion.js")).completion(shell),
  ),
  define(
    "help [topic]",
    "Explain a command, a page such as session-file, or an error's code",
    (y) => y.positional("topic", { type: "string", describe: "A command, a page, or a code" }),
    async ({ topic }) => (await import("./commands/help.js")).help(topic, commandsFor(signal)),
  ),
];

/**
 * A command whose handler gets what its options say; those of every command are added. What the
 * handler returns is printed.
 */
function define<Options>(
  command: string,
  describe: string,
  builder: (y: Argv) => Argv<Options>,
  handler: (options: ArgumentsCamelCase<Options>) => Promise<Outcome>,
): CommandModule {
  return {
    command,
    describe,
    builder: (y: Argv) => {
      const built = builder(y).option("verbose", verbose);
      return mayRunCode(command) ? built.option("trust", trust) : built;
    },
    handler: async (options: ArgumentsCamelCase<Options & CommonOptions>) => {
      if (options.verbose) (await import("./printing/verbose.js")).beVerbose();
      if (options.trust) (await import("./printing/trust.js")).trustNamedCode();
      await printOutcome(await handler(options), options.json === true);
    },
  } as unknown as CommandModule;
}

interface CommonOptions {
  readonly verbose: boolean;
  readonly trust?: boolean;
  readonly json?: boolean;
}

/** Whether a command reads session files, which may name code. */
function mayRunCode(command: string): boolean {
  return /\[(session|words)|^list/.test(command);
}

function durationOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new HpcnbError(
    "HPCNB_BAD_ARGUMENTS",
    `--timeout must be a time such as 90s, 10m or 1:30:00, but was "${text}".`,
  );
}
