import { isHpcnbError } from "@hpcnb/core";
import type { Problem, SessionSource } from "@hpcnb/core/session-file";

/** What a plugin fails with, as a problem of the file that names it. */
export function problemOf(source: SessionSource, pointer: string, error: unknown): Problem {
  if (!isHpcnbError(error)) throw error;
  return source.problemAt(pointer, [error.message, error.hint].filter(Boolean).join(" "));
}
