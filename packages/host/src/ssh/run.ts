import { constants } from "node:os";
import { aborted, type CommandResult, HpcnbError, type RunOptions, throwIfAborted } from "@hpcnb/core";
import { defaultTimeoutMs, endEarly, maxBuffer, notStarted, ownEnvironment } from "../local/run.js";
import { noForwardings, sshCommand } from "./arguments.js";
import { type SshConnection, type SshRoute, wellKnownName } from "./connection.js";
import { shellFailure, sshFailure } from "./failure.js";
import { bootstrap, type RemoteOutput, readRemoteOutput, remoteCommand } from "./remote-command.js";

/** For the end of a command on the host that was ended from here. */
const endLimitMs = 15_000;

/** After this a host that has not even begun with a command is worth a word. */
const silenceLimitMs = 5_000;

/** See `Host.run`: the same on the other end of a connection. */
export async function runRemotely(
  connection: SshConnection,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  const { stdin = "", cwd, timeoutMs = defaultTimeoutMs, signal } = options;
  const route = await connection.open(signal);
  const { execa } = await import("execa");
  throwIfAborted(signal);
  const command = remoteCommand(argv, cwd);
  const subprocess = execa("ssh", [...route.client(noForwardings), bootstrap], {
    reject: false,
    stripFinalNewline: false,
    input: command.line + stdin,
    maxBuffer,
    env: ownEnvironment(),
    // Ctrl-C in the terminal is for hpcnb, which ends what it wants ended. Only a client that asks
    // needs the terminal.
    detached: !route.asks,
  });
  const login = route.asks ? connection.watchLogin() : undefined;
  const ending = endEarly(subprocess, timeoutMs, signal);
  const silence = setTimeout(() => connection.noticeSilence(), silenceLimitMs);
  let answered = () => {};
  subprocess.stdout.once("data", () => {
    clearTimeout(silence);
    login?.over();
    answered = connection.awaitAnswer(options.answerer);
  });
  subprocess.once("exit", () => {
    // The shared connection has these open as well, for as long as the command goes on.
    if (ending.why) for (const name of ["stdout", "stderr"] as const) subprocess[name].destroy();
  });
  const result = await ending.untilEnd(subprocess).finally(() => {
    clearTimeout(silence);
    login?.over();
    answered();
  });
  const [program = ""] = argv;
  if (result?.exitCode === undefined && result?.signal === undefined && !ending.why)
    throw await notStarted("ssh", { code: result?.code, cwd: undefined, cause: result?.cause ?? result });
  const output = readRemoteOutput(result ?? { stdout: "", stderr: "" }, command.marker);
  if (ending.why || !result) {
    if (output.processGroup !== undefined && !output.outcome) await endThere(connection, output.processGroup);
    if (ending.why === "abort") throw aborted(signal);
    throw new HpcnbError(
      "HPCNB_TIMEOUT",
      `${program} did not end within ${timeoutMs / 1000} s on ${connection.alias}.`,
      {
        transient: true,
      },
    );
  }
  if (result.isMaxBuffer)
    throw new HpcnbError("HPCNB_COMMAND_FAILED", `${program} printed more than ${maxBuffer / 1e6} MB.`);
  return resultOf(output, { argv, cwd, connection, route, code: result.exitCode ?? null });
}

export interface Asked {
  readonly argv: readonly string[];
  readonly cwd?: string | undefined;
  readonly connection: SshConnection;
  readonly route: SshRoute;
  /**
   * How ssh itself ended: with the exit code of the shell there, or with 255 for a failure of its
   * own.
   */
  readonly code: number | null;
}

export function resultOf(output: RemoteOutput, asked: Asked): CommandResult {
  const { outcome, stdout, stderr } = output;
  const { argv, cwd } = asked;
  const { alias } = asked.connection;
  const [program = ""] = argv;
  switch (outcome?.kind) {
    case "ended":
      return { argv, ...statusOf(outcome.status), stdout, stderr };
    case "no-directory":
      throw new HpcnbError("HPCNB_COMMAND_FAILED", `${program} could not be started in ${cwd} on ${alias}.`);
    case "no-program":
      throw new HpcnbError(
        "HPCNB_COMMAND_FAILED",
        program.includes("/")
          ? `There is no program ${program} on ${alias}.`
          : `The program ${program} was not found on ${alias}. PATH is ${outcome.path || "empty"} there.`,
        {
          hint: program.includes("/")
            ? undefined
            : `A command over ssh sees what \`${sshCommand(alias, "env")}\` prints, which may be less than a login.`,
        },
      );
    case undefined:
      throw cutOff(output, asked);
  }
}

/** A connection that ended before the command did, or a login that never got to it. */
function cutOff({ processGroup, around, stderr }: RemoteOutput, asked: Asked): HpcnbError {
  const { argv, connection, route, code } = asked;
  const { alias } = connection;
  const who = wellKnownName(alias, route.config);
  const said = `${stderr}\n${around}`.trim();
  if (processGroup === undefined && code !== null && code !== 255)
    return shellFailure(said, { destination: alias, who });
  // A client of a shared connection logs in nowhere: if it ends without a word, what it shared has
  // ended.
  const wasShared = route.controlPath !== undefined && said === "";
  if (processGroup === undefined && !wasShared) return sshFailure(around, { destination: alias, who });
  return new HpcnbError(
    "HPCNB_SSH",
    `The connection to ${who} was lost ${processGroup === undefined ? "before" : "while"} ${argv[0]} ran there.${said ? `\n${said.slice(-2000)}` : ""}`,
    { hint: "Whether it had done its work is not known. Try again when the network is back.", transient: true },
  );
}

/** A shell tells an end by a signal as 128 and the signal's number. */
function statusOf(status: number): Pick<CommandResult, "exitCode" | "signal"> {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
  return signal === undefined ? { exitCode: status, signal: undefined } : { exitCode: null, signal };
}

/**
 * A command goes on when its connection ends; this ends it, with all that it started, and waits
 * until it is over.
 */
const endScript = `
kill -s TERM -- "-$1" 2>/dev/null || kill -s TERM "$1" 2>/dev/null || exit 0
for fifth in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
  kill -s 0 -- "-$1" 2>/dev/null || exit 0
  sleep 0.2
done
kill -s KILL -- "-$1"
`;

async function endThere(connection: SshConnection, processGroup: number): Promise<void> {
  try {
    await runRemotely(connection, ["sh", "-c", endScript, "sh", String(processGroup)], { timeoutMs: endLimitMs });
  } catch {
    // Without a connection nothing can be ended; that the command took too long, or was
    // interrupted, is what the caller hears.
  }
}
