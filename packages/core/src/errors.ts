/**
 * The one error class. A user-reachable failure is an `HpcnbError`; a programmer's mistake stays a
 * plain `Error`. Every code is explained in docs/errors.md, and a test compares the two lists.
 */
export const errorCodes = [
  "HPCNB_ABORTED",
  "HPCNB_BAD_ARGUMENTS",
  "HPCNB_BAD_SESSION_FILE",
  "HPCNB_BUSY",
  "HPCNB_COMMAND_FAILED",
  "HPCNB_DIRECTORY",
  "HPCNB_ENVIRONMENT",
  "HPCNB_JOB_ENDED",
  "HPCNB_NO_SESSION",
  "HPCNB_NOT_READY",
  "HPCNB_NOT_STOPPED",
  "HPCNB_OTHER_SESSION",
  "HPCNB_PLUGIN_BROKEN",
  "HPCNB_PLUGIN_NOT_FOUND",
  "HPCNB_PLUGIN_UNSAFE",
  "HPCNB_PLUGIN_UNTRUSTED",
  "HPCNB_PORT_TAKEN",
  "HPCNB_SCHEDULER_ANSWER",
  "HPCNB_SCHEDULER_UNREACHABLE",
  "HPCNB_SSH",
  "HPCNB_STATE_UNREADABLE",
  "HPCNB_SUBMIT_REJECTED",
  "HPCNB_TIMEOUT",
  "HPCNB_TUNNEL",
  "HPCNB_UNSUPPORTED",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface ErrorDetails {
  /** What the user can do next: one or more plain sentences. */
  hint?: string | undefined;
  /** Whom to ask, where what failed is known to be of a site that says so: a line. */
  help?: string | undefined;
  cause?: unknown;
  /** True when the same call may succeed later with nothing changed. */
  transient?: boolean | undefined;
}

export class HpcnbError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly transient: boolean;
  /** Told by who knows the site, where what failed did not. */
  help: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "HpcnbError";
    this.code = code;
    this.hint = details.hint;
    this.help = details.help;
    this.transient = details.transient ?? false;
  }
}

/**
 * Recognised by its code and not by `instanceof`: a plugin may bring its own copy of this package.
 */
export function isHpcnbError(error: unknown, code?: ErrorCode): error is HpcnbError {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return code === undefined ? errorCodes.includes(error.code as ErrorCode) : error.code === code;
}
