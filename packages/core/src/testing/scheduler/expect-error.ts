import assert from "node:assert/strict";
import { type ErrorCode, type HpcnbError, isHpcnbError } from "../../errors.js";

/** The HpcnbError that `work` fails with; fails itself for any other outcome. */
export async function expectError(
  what: string,
  work: Promise<unknown>,
  codes: readonly ErrorCode[],
): Promise<HpcnbError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  assert.ok("error" in outcome, `${what} should have failed with ${codes.join(" or ")}, but succeeded`);
  const { error } = outcome;
  if (!isHpcnbError(error)) throw new Error(`${what} failed, but not with an HpcnbError`, { cause: error });
  assert.ok(
    codes.includes(error.code),
    `${what} should have failed with ${codes.join(" or ")}, but: ${error.code} ${error.message}`,
  );
  assert.notEqual(error.message.trim(), "", `${what} failed without a message`);
  return error;
}

/** Codes that say: there is no answer, so nothing is known. */
export const noAnswer = ["HPCNB_SCHEDULER_UNREACHABLE", "HPCNB_SCHEDULER_ANSWER"] as const;
