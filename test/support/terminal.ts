import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Testbed } from "@hpcnb/testbed";

export interface AtTerminal {
  readonly exitCode: number | null;
  /** Everything that was to be seen, escape sequences and all. */
  readonly screen: string;
  /** The prompts that came, in their order. */
  readonly asked: readonly string[];
}

/** Milliseconds for a command with all that is typed into it. */
const limit = 120_000;

/**
 * Runs a command line of alice's on laptop under a terminal of its own. She types the answer to
 * each prompt once; a prompt that comes again ends the command, as nobody would answer it.
 */
export async function atTerminal(
  testbed: Testbed,
  command: string,
  answers: Readonly<Record<string, string>>,
): Promise<AtTerminal> {
  const [file = "", ...args] = await testbed.command("laptop", "alice", ["script", "-qec", command, "/dev/null"]);
  const child = spawn(file, args, { stdio: "pipe" });
  const asked: string[] = [];
  let screen = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
    for (const [prompt, answer] of Object.entries(answers)) {
      const at = screen.indexOf(prompt, seen);
      if (at < 0) continue;
      seen = at + prompt.length;
      if (asked.includes(prompt)) child.kill();
      else child.stdin.write(`${answer}\n`);
      asked.push(prompt);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
  });
  // It may end before it has read what was typed.
  child.stdin.on("error", () => {});
  const tooLong = setTimeout(() => child.kill(), limit);
  try {
    const [exitCode] = (await once(child, "close")) as [number | null];
    return { exitCode, screen, asked };
  } finally {
    clearTimeout(tooLong);
  }
}
