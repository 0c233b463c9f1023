import assert from "node:assert/strict";
import { type ErrorCode, type HpcnbError, isHpcnbError } from "../errors.js";
import { expectError } from "./scheduler/expect-error.js";

/** The HpcnbError that `work` must fail with; fails itself for any other outcome. */
export function expectFailure(work: Promise<unknown>, code: ErrorCode): Promise<HpcnbError> {
  return expectError("it", work, [code]);
}

/** The HpcnbError that `work` throws at once; fails for any other outcome. */
export function expectThrown(work: () => unknown, code: ErrorCode): HpcnbError {
  try {
    work();
  } catch (error) {
    if (!isHpcnbError(error)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  throw new Error(`${code} was expected`);
}
