import { spawn } from "node:child_process";
import { once } from "node:events";
import { collectOutput } from "../local/output.js";
import { ownEnvironment } from "../local/run.js";

/**
 * An ssh that stays for as long as a tunnel does. It ends with this process, because its standard
 * input does.
 */
export interface ClientProcess {
  readonly ended: Promise<void>;
  stdout(): string;
  stderr(): string;
  /** Writes to its standard input, if it has not ended. */
  tell(text: string): void;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

/** Characters of the newest output that are kept. */
const kept = 16_000;

export function startClient(args: readonly string[], stdin = ""): ClientProcess {
  const child = spawn("ssh", args, { stdio: "pipe", detached: true, env: ownEnvironment() });
  const said = collectOutput(child, { kept });
  // It may end before it has read everything; what it said tells why.
  child.stdin.on("error", () => child.stdin.destroy());
  child.stdin.write(stdin);
  // An end of the client is enough: a shared connection may have its pipes open still.
  const ended = once(child, "exit").then(
    () => {},
    (error: Error) => {
      said.stderr += error.message;
    },
  );
  return {
    ended,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    tell: (text) => {
      if (child.stdin.writable) child.stdin.write(text);
    },
    stop: async () => {
      child.kill();
      await ended;
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    },
  };
}

/**
 * Waits until `ready` is true or the client has ended, `limitMs` are over, or `signal`
 * aborts.
 */
export async function untilReady(
  client: ClientProcess,
  ready: () => boolean | Promise<boolean>,
  { limitMs, signal }: { limitMs: number; signal?: AbortSignal | undefined },
): Promise<"ready" | "ended" | "late"> {
  let over = false;
  client.ended.then(() => {
    over = true;
  });
  const deadline = performance.now() + limitMs;
  while (!(await ready())) {
    if (over || signal?.aborted) return "ended";
    if (performance.now() > deadline) return "late";
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return "ready";
}
