import { printableLine } from "@hpcnb/core";
import type { CommandModule } from "yargs";
import { type Candidate, candidatesFor } from "../completion/candidates.js";
import { isShell, type Shell } from "../completion/completion-scripts.js";
import type { TextOutcome } from "../printing/outcome.js";

/**
 * Answers the scripts of `hpcnb completion`: a line for each candidate, in the way of the shell.
 */
export async function complete(
  [shell, ...words]: readonly string[],
  commands: readonly CommandModule[],
): Promise<TextOutcome> {
  if (!isShell(shell)) return {};
  const candidates = await candidatesFor(words, commands);
  return { text: candidates.map((candidate) => `${lineFor(shell, candidate)}\n`) };
}

function lineFor(shell: Shell, { value, about }: Candidate): string {
  const told = printableLine(about);
  if (shell === "bash") return value;
  return shell === "fish" ? `${value}\t${told}` : `${value.replaceAll(":", "\\:")}:${told}`;
}
