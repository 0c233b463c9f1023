import { styleText } from "node:util";
import { isHpcnbError } from "@hpcnb/core";
import { exitCodeOf, exitCodes } from "./exit-codes.js";

/** Prints an error for a person and returns the exit code. What is not ours is a bug, and is shown with its stack. */
export function printError(error: unknown): number {
  const { stderr } = process;
  const paint = (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { stream: stderr });
  if (!isHpcnbError(error)) {
    stderr.write(`${paint("red", "hpcnb has a fault:")} ${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCodes.failed;
  }
  // The terminal shows Ctrl-C as ^C and stays on that line.
  if (error.code === "HPCNB_ABORTED" && stderr.isTTY) stderr.write("\n");
  if (error.code === "HPCNB_BAD_SESSION_FILE") {
    // Each line begins with file:line:column, which editors and terminals make clickable.
    stderr.write(`${error.message}\n`);
  } else {
    stderr.write(`${paint("red", "error:")} ${error.message}\n`);
    for (const cause of causes(error)) stderr.write(`${paint("dim", "  caused by:")} ${cause}\n`);
  }
  if (error.hint) stderr.write(`${paint("cyan", "hint:")} ${error.hint}\n`);
  stderr.write(paint("dim", `(${error.code})\n`));
  return exitCodeOf(error.code);
}

/** The messages of the causes that say something that the message before does not. */
function causes(error: Error): string[] {
  const messages: string[] = [];
  let said = error.message;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (!said.includes(cause.message)) messages.push(cause.message);
    said += cause.message;
  }
  return messages;
}
