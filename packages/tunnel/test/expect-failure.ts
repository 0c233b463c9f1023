import { type ErrorCode, type HpcnbError, isHpcnbError } from "@hpcnb/core";
import { expect } from "chai";

/** The error that `work` must fail with. */
export async function expectFailure(work: Promise<unknown>, code: ErrorCode): Promise<HpcnbError> {
  try {
    await work;
  } catch (error) {
    if (!isHpcnbError(error)) throw error;
    expect(error.code, error.message).to.equal(code);
    return error;
  }
  throw new Error(`${code} was expected`);
}
