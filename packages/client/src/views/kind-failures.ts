import type { KindFailure } from "@hpcnb/core";

/** Why a tunnel is not of another kind, in one line; undefined where no other was tried. Pure. */
export function whyNot(failures: readonly KindFailure[] = []): string | undefined {
  if (failures.length === 0) return undefined;
  return failures.map(({ kind, why }) => `${kind}: ${why.replace(/\.$/, "")}`).join("; ");
}
