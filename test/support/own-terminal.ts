import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { shellWord } from "@hpcnb/core";

const program = fileURLToPath(new URL("../../packages/cli/bin/hpcnb.js", import.meta.url));

/** Milliseconds for what is waited for. */
const limit = 60_000;

export interface OwnTerminal {
  /** Everything that was sent, escape sequences and all. */
  sent(): string;
  /** Waits until it has been sent, or until this is so. */
  until(words: string | (() => boolean)): Promise<void>;
  type(keys: string): void;
  resize(columns: number): Promise<void>;
  /** Its exit code. */
  end(): Promise<number | null>;
}

/** Runs the built hpcnb at a terminal of its own on this machine. */
export async function atOwnTerminal(
  args: readonly string[],
  { columns, cwd, env }: { columns: number; cwd: string; env: NodeJS.ProcessEnv },
): Promise<OwnTerminal> {
  const command = [process.execPath, program, ...args].map(shellWord).join(" ");
  const { CI: _ci, npm_lifecycle_event: _npx, ...inherited } = process.env;
  const child = spawn("script", ["-qec", `stty cols ${columns} rows 24; tty; exec ${command}`, "/dev/null"], {
    stdio: "pipe",
    cwd,
    env: { ...inherited, TERM: "xterm-256color", LC_ALL: "C.UTF-8", ...env },
  });
  let sent = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    sent += text;
  });
  child.stdin.on("error", () => {});
  const ended = once(child, "close") as Promise<[number | null]>;
  const until = async (words: string | (() => boolean)) => {
    for (const start = performance.now(); ; await delay(20)) {
      if (typeof words === "string" ? sent.includes(words) : words()) return;
      if (performance.now() - start > limit || child.exitCode !== null)
        throw new Error(`${words} was not to be seen, but:\n${JSON.stringify(sent)}`);
    }
  };
  await until(() => sent.includes("\r\n"));
  const [device = ""] = sent.split("\r\n");
  return {
    sent: () => sent.slice(device.length + 2).replaceAll("\r\n", "\n"),
    until,
    type: (keys) => child.stdin.write(keys),
    resize: async (width) => {
      await promisify(execFile)("stty", ["-F", device, "cols", String(width)]);
    },
    end: async () => (await ended)[0],
  };
}
