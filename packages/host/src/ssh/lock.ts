import { spawn } from "node:child_process";
import { once } from "node:events";
import { describeResult, type Lock } from "@hpcnb/core";
import { cannotLock } from "../cannot-write.js";
import { collectOutput } from "../local/output.js";
import { notStarted, ownEnvironment } from "../local/run.js";
import { busy, heldBy, lostLock, thisProcess, untilAnswer } from "../lock-answer.js";
import { pythonArgv, pythonProgram } from "../python-program.js";
import { noForwardings } from "./arguments.js";
import type { SshConnection } from "./connection.js";
import { bootstrap, readRemoteOutput, remoteCommand } from "./remote-command.js";
import { resultOf } from "./run.js";

/** Between two signs of life; and without one, until the host gives the lock to others. */
const signEveryMs = 20_000;
const silenceSeconds = 120;

/**
 * See `Host.lock`: a process on the host holds it. That process ends with its connection, and when
 * it hears nothing for two minutes: a laptop that was cut off may leave a connection that the host
 * takes for alive for hours.
 */
export async function lockRemotely(connection: SshConnection, path: string, signal?: AbortSignal): Promise<Lock> {
  const route = await connection.open(signal);
  const argv = pythonArgv(pythonProgram("lock"), path, thisProcess(), String(silenceSeconds));
  const command = remoteCommand(argv);
  const child = spawn("ssh", [...route.client(noForwardings), bootstrap], {
    stdio: "pipe",
    detached: !route.asks,
    env: ownEnvironment(),
  });
  let heard = () => {};
  const said = collectOutput(child, { hear: () => heard() });
  const output = () => readRemoteOutput(said, command.marker);
  const answered = new Promise<void>((resolve) => {
    heard = () => output().stdout !== "" && resolve();
  });
  // It may end before it has read everything; what it said tells why.
  child.stdin.on("error", () => child.stdin.destroy());
  child.stdin.write(command.line);
  const closed = once(child, "close").catch((error: NodeJS.ErrnoException) => error);
  await untilAnswer(child, { path, answered, closed, signal });

  if (output().stdout === "held") {
    const signs = setInterval(() => child.stdin.writable && child.stdin.write("\n"), signEveryMs);
    signs.unref();
    closed.then(() => clearInterval(signs));
    return heldBy(child, closed, () => {
      const { outcome, stderr } = output();
      if (outcome?.kind !== "ended" || outcome.status !== 0) throw lostLock(path, stderr);
    });
  }
  child.stdin.destroy();
  const error = await closed;
  if (error instanceof Error) throw await notStarted("ssh", { code: error.code, cwd: undefined, cause: error });
  const { stdout, stderr } = output();
  if (stdout.startsWith("busy ")) throw busy(path, stdout);
  const result = resultOf(output(), { argv: ["python3"], connection, route, code: child.exitCode });
  throw cannotLock(path, stderr.trim() || describeResult(result));
}
