import type { EngineCounts } from "@hpcnb/core/session";

/**
 * "3 of 4 registered"; there are more than asked for until some of them have nothing left to do.
 * Pure.
 */
export function describeRegistered({ asked, registered }: Pick<EngineCounts, "asked" | "registered">): string {
  if (registered <= asked) return `${registered} of ${asked} registered`;
  return `${asked} registered, and ${registered - asked} more until idle`;
}
