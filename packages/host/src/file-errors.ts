import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";

export function isMissing(error: unknown): boolean {
  return isSystemError(error, "ENOENT") || isSystemError(error, "ENOTDIR");
}

export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Node knows these by their number alone. */
const unknownToNode = new Map([
  [constants.errno.EDQUOT, "Disk quota exceeded"],
  [constants.errno.ESTALE, "Stale file handle"],
]);

/**
 * Why the system refused it, in the system's words, without the name of the call and the path that
 * Node adds.
 */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!("errno" in error) || typeof error.errno !== "number") return error.message;
  const words = unknownToNode.get(-error.errno) ?? getSystemErrorMap().get(error.errno)?.[1] ?? error.message;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
