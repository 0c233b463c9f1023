import type { ErrorCode, HpcnbError } from "../errors.js";
import { expectError } from "./scheduler/expect-error.js";

/** The HpcnbError that `work` must fail with; fails itself for any other outcome. */
export function expectFailure(work: Promise<unknown>, code: ErrorCode): Promise<HpcnbError> {
  return expectError("it", work, [code]);
}
