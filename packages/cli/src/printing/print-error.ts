import { defined, type HpcnbError, isHpcnbError } from "@hpcnb/core";
import type { Problem } from "@hpcnb/core/session-file";
import { exitCodeOf, exitCodes } from "../process/exit-codes.js";
import { hasPrintedJson, printJson, tell } from "./print.js";

/**
 * Prints an error for a person, and with `json` for a program too, on stdout. Returns the exit
 * code. What is not ours is a bug, and is shown with its stack. `hint` makes a hint fit what was
 * typed.
 */
export function printError(error: unknown, { json = false, hint: toHint = (hint: string) => hint } = {}): number {
  // One command prints one value: `status` may have told what is known here already.
  if (json && !hasPrintedJson()) printJson(errorView(error, toHint));
  if (!isHpcnbError(error)) {
    tell(["red", "hpcnb has a bug:"], ` ${error instanceof Error ? error.stack : String(error)}`);
    return exitCodes.failed;
  }
  // The terminal shows Ctrl-C as ^C and stays on that line.
  if (error.code === "HPCNB_ABORTED") {
    if (process.stderr.isTTY) tell();
    // It was meant: no error is to be looked for.
    tell(error.message);
    if (error.hint) tell(["cyan", "hint:"], ` ${error.hint}`);
    return exitCodeOf(error.code);
  }
  if (error.code === "HPCNB_BAD_SESSION_FILE") {
    // Each line begins with file:line:column, which editors and terminals make clickable.
    tell(error.message);
  } else {
    tell(["red", "error:"], ` ${error.message}`);
    for (const cause of causes(error)) tell(["dim", "  caused by:"], ` ${cause}`);
  }
  if (error.hint) tell(["cyan", "hint:"], ` ${toHint(error.hint)}`);
  if (error.help) tell(["cyan", "help:"], ` ${error.help}`);
  tell(["dim", `(${error.code})`]);
  return exitCodeOf(error.code);
}

/** Documented in docs/errors.md. Without a code it is a fault of hpcnb. */
interface ErrorView {
  readonly code?: string;
  readonly message: string;
  readonly hint?: string;
  readonly help?: string;
  readonly causes?: readonly string[];
  readonly problems?: readonly Problem[];
}

function errorView(error: unknown, toHint: (hint: string) => string): ErrorView {
  if (!isHpcnbError(error)) return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  const { code, message, hint, help } = error;
  const said = causes(error);
  return {
    code,
    message,
    ...defined({ hint: hint && toHint(hint), help, causes: said.length === 0 ? undefined : said }),
    ...problemsOf(error),
  };
}

/** The problems of a session file's error, which is known by its code. */
function problemsOf(error: HpcnbError): Pick<ErrorView, "problems"> {
  if (error.code !== "HPCNB_BAD_SESSION_FILE" || !("problems" in error)) return {};
  const { problems } = error as HpcnbError & { problems: readonly Problem[] };
  return { problems: problems.map(({ file, line, column, message }) => ({ file, line, column, message })) };
}

/** What the causes say that was not said before them, line by line. */
function causes(error: Error): string[] {
  const messages: string[] = [];
  let said = error.message;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    const news = cause.message.split("\n").filter((line) => !said.includes(line.trim()));
    if (news.length > 0) messages.push(news.join("\n"));
    said += `\n${cause.message}`;
  }
  return messages;
}
