import type { ErrorCode } from "@hpcnb/core";

/** Documented in README.md. */
export const exitCodes = {
  done: 0,
  failed: 1,
  badInput: 2,
  unsupported: 3,
  limitReached: 4,
  interrupted: 130,
} as const;

const byError: Partial<Record<ErrorCode, number>> = {
  HPCNB_ABORTED: exitCodes.interrupted,
  HPCNB_BAD_ARGUMENTS: exitCodes.badInput,
  HPCNB_BAD_SESSION_FILE: exitCodes.badInput,
  HPCNB_DIRECTORY: exitCodes.badInput,
  HPCNB_ENVIRONMENT: exitCodes.badInput,
  HPCNB_NO_SESSION: exitCodes.badInput,
  HPCNB_PLUGIN_BROKEN: exitCodes.badInput,
  HPCNB_PLUGIN_NOT_FOUND: exitCodes.badInput,
  HPCNB_PLUGIN_UNSAFE: exitCodes.badInput,
  HPCNB_TIMEOUT: exitCodes.limitReached,
  HPCNB_UNSUPPORTED: exitCodes.unsupported,
};

export function exitCodeOf(code: ErrorCode): number {
  return byError[code] ?? exitCodes.failed;
}
