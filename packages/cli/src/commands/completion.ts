import { HpcnbError, suggest } from "@hpcnb/core";
import { completionScripts, isShell } from "../completion/completion-scripts.js";
import type { TextOutcome } from "../printing/outcome.js";

export function completion(shell: string | undefined): TextOutcome {
  return { text: [scriptFor(shell)] };
}

function scriptFor(shell: string | undefined): string {
  if (isShell(shell)) return completionScripts[shell];
  const shells = Object.keys(completionScripts);
  const message =
    shell === undefined
      ? "Which shell is it for?"
      : `There is no completion for ${JSON.stringify(shell)}${suggest(shell, shells) || "."}`;
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", message, {
    hint: `Use: hpcnb completion ${shells.join(" | ")}. \`hpcnb completion --help\` says where its lines go.`,
  });
}
