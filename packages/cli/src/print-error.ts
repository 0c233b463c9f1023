import { isHpcnbError } from "@hpcnb/core";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import { tell } from "./print.js";

/** Prints an error for a person and returns the exit code. What is not ours is a bug, and is shown with its stack. */
export function printError(error: unknown): number {
  if (!isHpcnbError(error)) {
    tell(["red", "hpcnb has a fault:"], ` ${error instanceof Error ? error.stack : String(error)}`);
    return exitCodes.failed;
  }
  // The terminal shows Ctrl-C as ^C and stays on that line.
  if (error.code === "HPCNB_ABORTED" && process.stderr.isTTY) tell();
  if (error.code === "HPCNB_BAD_SESSION_FILE") {
    // Each line begins with file:line:column, which editors and terminals make clickable.
    tell(error.message);
  } else {
    tell(["red", "error:"], ` ${error.message}`);
    for (const cause of causes(error)) tell(["dim", "  caused by:"], ` ${cause}`);
  }
  if (error.hint) tell(["cyan", "hint:"], ` ${error.hint}`);
  tell(["dim", `(${error.code})`]);
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
