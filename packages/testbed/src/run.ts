import { type CommandResult, expectSuccess, HpcnbError } from "@hpcnb/core";
import { execa } from "execa";

export interface RunInput {
  stdin?: string;
  /** Default 60,000. */
  timeoutMs?: number;
}

/** Runs a program to its end; every exit code is an answer. */
export async function attempt(argv: readonly string[], { stdin = "", timeoutMs = 60_000 }: RunInput = {}) {
  const [file, ...args] = argv;
  if (file === undefined) throw new Error("an empty command");
  const result = await execa(file, args, { input: stdin, timeout: timeoutMs, reject: false, stripFinalNewline: false });
  if (result.timedOut) {
    throw new HpcnbError(
      "HPCNB_TIMEOUT",
      `${argv.join(" ")} did not end within ${timeoutMs / 1000} s\n${result.stderr}`,
    );
  }
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new HpcnbError("HPCNB_COMMAND_FAILED", `${file} could not be started`, { cause: result.cause });
  }
  const { stdout, stderr, signal } = result;
  return { argv, exitCode: result.exitCode ?? null, signal, stdout, stderr } satisfies CommandResult;
}

/** Runs a program that must succeed, and returns its standard output. */
export async function run(argv: readonly string[], options: RunInput & { what?: string } = {}): Promise<string> {
  const result = await attempt(argv, options);
  return expectSuccess(result, options.what ?? `${argv[0]} failed`).stdout;
}

/**
 * Asks until the answer is true, for `limitMs` at most.
 * @throws HPCNB_TIMEOUT saying what was waited for.
 */
export async function waitFor(what: string, limitMs: number, question: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await question())) {
    if (Date.now() > end) throw new HpcnbError("HPCNB_TIMEOUT", `waited ${limitMs / 1000} s for this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
