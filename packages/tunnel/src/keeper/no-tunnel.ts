import { HpcnbError } from "@hpcnb/core";
import type { FailedKind } from "./open-first.js";

/** Why no kind of tunnel could be opened, and what to ask the site for. Pure. */
export function noTunnel(node: string, failed: readonly FailedKind[]): HpcnbError {
  const [only] = failed;
  if (only && failed.length === 1) return only.error;
  const tried = failed.map(({ tunnel, seconds, error }) => {
    const kind = seconds === 0 ? tunnel.kind : `${tunnel.kind} (for ${seconds} s)`;
    return `  ${kind}: ${error.message.replaceAll("\n", "\n    ")}`;
  });
  const hints = new Set(failed.flatMap(({ error }) => error.hint ?? []));
  return new HpcnbError(
    "HPCNB_TUNNEL",
    `No tunnel reaches the notebook on ${node}. Tried in this order:\n${tried.join("\n")}`,
    {
      hint: [
        ...hints,
        ...toAsk(failed),
        "No job is affected: `hpcnb status` shows what the scheduler says of them, `hpcnb connect` tries again.",
      ].join("\n"),
      transient: failed.every(({ error }) => error.transient),
    },
  );
}

function toAsk(failed: readonly FailedKind[]): string[] {
  const needs = failed.flatMap(({ tunnel: { kind, needs } }) => (needs === undefined ? [] : [`${needs} (${kind})`]));
  return needs.length === 0 ? [] : [`One of these is enough; ask the site which it allows: ${needs.join("; ")}.`];
}
