import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { shellWord } from "@hpcnb/core";

export type Answer = readonly [question: string, keys: string];

/** Milliseconds. */
const limit = 30_000;

/**
 * Runs a program under a terminal of its own, and types each answer once its question is there.
 * What is left was not asked.
 */
export async function typeAtTerminal(
  argv: readonly string[],
  answers: readonly Answer[],
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd: string },
) {
  // Without a terminal around it, script makes one that has no width.
  const command = `stty cols 80 rows 24; exec ${argv.map(shellWord).join(" ")}`;
  const child = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], { env: { ...env, SHELL: "/bin/sh" }, cwd });
  const tooLong = setTimeout(() => child.kill(), limit);
  const left = [...answers];
  let seen = "";
  let screen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen += stripVTControlCharacters(text);
    screen += text;
    const [question, keys] = left[0] ?? [];
    if (question === undefined || keys === undefined || !seen.includes(question)) return;
    left.shift();
    seen = "";
    child.stdin.write(keys);
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  clearTimeout(tooLong);
  return { exitCode, screen: stripVTControlCharacters(screen), left };
}
