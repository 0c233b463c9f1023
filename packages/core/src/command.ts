import { type ErrorCode, HpcnbError } from "./errors.js";
import type { CommandResult } from "./host.js";
import { printableLine } from "./printable.js";
import { shellWord } from "./shell-word.js";

/** The evidence of a failed command: what was run, how it ended, and what it printed. */
export function describeResult(result: CommandResult): string {
  const ending =
    result.exitCode === null ? `was ended by ${result.signal ?? "a signal"}` : `exited with code ${result.exitCode}`;
  const text = [result.stderr, result.stdout]
    .map((part) => part.trim())
    .filter(Boolean)
    .join("\n");
  return `${displayArgv(result.argv)} ${ending}${text ? `:\n${clip(text)}` : " and printed nothing"}`;
}

export function expectSuccess(
  result: CommandResult,
  what: string,
  details: { code?: ErrorCode; hint?: string; transient?: boolean } = {},
): CommandResult {
  if (result.exitCode === 0) return result;
  const { code = "HPCNB_COMMAND_FAILED", ...rest } = details;
  throw new HpcnbError(code, `${what}: ${describeResult(result)}`, rest);
}

/** An argv as a person would type it. For messages only: it is never run. */
export function displayArgv(argv: readonly string[]): string {
  return argv
    .map((word) => (word.includes("\n") ? printableLine(word) : word))
    .map((word) => shellWord(/\s/.test(word) ? clip(word, 60) : word))
    .join(" ");
}

/** What a command said, line by line, wherever it said it. */
export function spokenLines({ stdout, stderr }: CommandResult): string[] {
  return `${stderr}\n${stdout}`
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The last line of a text that has this form, trimmed. Pure. */
export function lastLine(text: string, form: RegExp): RegExpExecArray | undefined {
  const found = text.split("\n").map((line) => form.exec(line.trim()));
  return found.findLast((one) => one !== null) ?? undefined;
}

function clip(text: string, most = 2000): string {
  return text.length <= most ? text : `${text.slice(0, most)} ...`;
}
