import { constants } from "node:os";
import { type ErrorCode, HpcnbError, isHpcnbError } from "@hpcnb/core";
import { execa } from "execa";
import yargs from "yargs";
import { faultNames } from "./faults.js";
import { assertSupported } from "./packages.js";
import { schedulerNames } from "./schedulers/names.js";
import { existsAny } from "./teardown.js";
import { openTestbed, type Status, startTestbed, statusOf, stopTestbed } from "./testbed.js";

const say = (line: string) => void process.stderr.write(`${line}\n`);
const print = (text: string) => void process.stdout.write(`${text}\n`);

const name = {
  type: "string",
  default: "main",
  describe: "Which testbed, when several are up on this machine",
} as const;

const cli = yargs(process.argv.slice(2))
  .scriptName("hpcnb-testbed")
  .usage("$0 COMMAND\n\nA whole cluster on this machine: laptop, login and compute nodes with a real scheduler.")
  .parserConfiguration({ "populate--": true, "halt-at-non-option": false })
  .option("name", name)
  .command(
    "up",
    "Build the site and start it",
    (y) =>
      y
        .option("scheduler", {
          choices: schedulerNames,
          array: true,
          default: schedulerNames.slice(0, 1),
          describe: "A batch scheduler; may be repeated",
        })
        .option("accounting", {
          type: "boolean",
          default: true,
          describe: "Schedulers know of jobs that have ended; --no-accounting: they do not",
        })
        .option("private-tmp", {
          type: "boolean",
          default: false,
          describe: "Each job has a /tmp of its own, which no login to the node sees",
        })
        .option("nodes", { type: "number", default: 3, describe: "Compute nodes" })
        .option("user", {
          type: "string",
          array: true,
          default: ["alice", "bob"],
          describe: "A user; may be repeated",
        })
        .option("checkout", { type: "string", describe: "The directory that the hosts see as /opt/hpcnb" }),
    async ({ name, scheduler: schedulers, accounting, privateTmp, nodes, user, checkout }) => {
      await assertSupported();
      const users = user.map(String);
      const testbed = await startTestbed({ name, schedulers, accounting, privateTmp, nodes, users, checkout, say });
      if (!testbed.isNew) say(`the testbed ${name} is up already: ${testbed.hosts.join(", ")}`);
    },
  )
  .command(
    "exec <host> [command..]",
    "Run a program on a host: exec --as alice login -- qstat",
    (y) =>
      y
        .positional("host", { type: "string", demandOption: true, describe: "laptop, login, node1, ..." })
        .positional("command", { type: "string", array: true, describe: "The program and its arguments, after --" })
        .option("as", { type: "string", demandOption: true, describe: "The user" }),
    async (words) => {
      await assertSupported();
      const argv = [...(words.command ?? []), ...((words["--"] as string[] | undefined) ?? [])].map(String);
      process.exitCode = await passThrough(words.name, { host: words.host, user: words.as, argv });
    },
  )
  .command(
    "status",
    "Say what runs and what is broken",
    (y) => y.option("json", { type: "boolean", default: false, describe: "One JSON value" }),
    async ({ name, json }) => {
      await assertSupported();
      const status = await statusOf(name);
      print(json ? JSON.stringify(status) : describe(status));
    },
  )
  .command(
    "fault <fault> [host]",
    `Break something: ${faultNames.join(", ")}`,
    (y) =>
      y
        .positional("fault", { type: "string", demandOption: true, describe: "What" })
        .positional("host", { type: "string", describe: "Where; each fault has its own default" })
        .option("directory", { type: "string", describe: "For full-disk: the directory that gets full" })
        .option("ports", { type: "string", describe: "For only-ports: the range that stays open, A-B" })
        .option("silent", {
          type: "boolean",
          describe: "Packets vanish, where otherwise a connection is refused",
        }),
    async ({ name, fault, host, directory, ports, silent }) => {
      await assertSupported();
      const done = await (await openTestbed(name)).fault(fault, { host, directory, ports, silent });
      say(done.length === 0 ? `${fault} was so already` : `broken: ${done.map(where).join(", ")}`);
    },
  )
  .command("heal", "Undo all faults", {}, async ({ name }) => {
    await assertSupported();
    await (await openTestbed(name as string)).heal();
    say("all faults are undone");
  })
  .command("down", "End and remove everything", {}, async ({ name }) => {
    await assertSupported();
    const there = await existsAny(name as string);
    await stopTestbed(name as string);
    say(there ? `the testbed ${name} is gone` : `there was no testbed ${name}`);
  })
  .demandCommand(1, "Which command? `hpcnb-testbed --help` lists them.")
  .strict()
  .fail((message, error) => {
    throw (
      error ?? new HpcnbError("HPCNB_BAD_ARGUMENTS", message, { hint: "`hpcnb-testbed --help` lists the commands." })
    );
  });

try {
  await cli.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/**
 * stdin, stdout, stderr and the exit code are the program's; a signal's is 128 and its number, as
 * shells have it.
 */
async function passThrough(testbed: string, target: { host: string; user: string; argv: string[] }): Promise<number> {
  const [file, ...args] = await (await openTestbed(testbed)).command(target.host, target.user, target.argv);
  const result = await execa(file as string, args, { stdio: "inherit", reject: false });
  return result.exitCode ?? 128 + (result.signal === undefined ? 0 : constants.signals[result.signal]);
}

function describe({ name, state, hosts = [], users = [], faults = [] }: Status): string {
  const lines = hosts.map((host) => `${host.name}  ${host.alive ? "up" : "dead"}`);
  return [
    `testbed ${name}: ${state}`,
    ...lines,
    ...(users.length === 0 ? [] : [`users: ${users.join(", ")}`]),
    ...faults.map((fault) => `fault: ${where(fault)}`),
  ].join("\n");
}

function where(fault: { name: string; host?: string | undefined; directory?: string | undefined }): string {
  return `${fault.name} on ${fault.name === "full-disk" ? fault.directory : fault.host}`;
}

function report(error: unknown): number {
  if (!isHpcnbError(error)) {
    say(`hpcnb-testbed has a bug: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
  say(`error: ${error.message}`);
  if (error.hint) say(`hint: ${error.hint}`);
  say(`(${error.code})`);
  const codes: Partial<Record<ErrorCode, number>> = { HPCNB_BAD_ARGUMENTS: 2, HPCNB_UNSUPPORTED: 3, HPCNB_TIMEOUT: 4 };
  return codes[error.code] ?? 1;
}
