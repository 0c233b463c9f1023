import { HpcnbError, type TunnelKind } from "@hpcnb/core";
import type { FailedKind } from "./open-first.js";

/** What a site must allow for each kind, where `login` is the submit node. */
const needs: Readonly<Record<Exclude<TunnelKind, "direct">, (login: string) => string>> = {
  jump: (login) => `ssh from here through ${login} to the nodes of your jobs`,
  "login-forward": (login) => `ssh from ${login} to the nodes of your jobs`,
  relay: (login) => `TCP connections from ${login} to nodes; tunnel.ports keeps them to a range of ports`,
  reverse: (login) => `TCP connections from nodes to ${login}; tunnel.ports keeps them to a range of ports`,
};

interface Ends {
  /** The submit node; undefined when it is this machine. */
  readonly login: string | undefined;
  /** Where the notebook is. */
  readonly node: string;
}

/** Why no kind of tunnel could be opened, and what to ask the site for. Pure. */
export function noTunnel({ node, login }: Ends, failed: readonly FailedKind[]): HpcnbError {
  const [only] = failed;
  if (only && failed.length === 1) return only.error;
  const tried = failed.map(({ tunnel, seconds, error }) => {
    const kind = seconds === 0 ? tunnel.kind : `${tunnel.kind} (for ${seconds} s)`;
    return `  ${kind}: ${error.message.replaceAll("\n", "\n    ")}`;
  });
  return new HpcnbError(
    "HPCNB_TUNNEL",
    `No tunnel reaches the notebook on ${node}. Tried in this order:\n${tried.join("\n")}`,
    {
      hint: [
        ...hints(failed),
        ...toAsk(login ?? "the submit node", failed),
        "No job is affected: `hpcnb status` shows what the scheduler says of them, `hpcnb connect` tries again.",
      ].join("\n"),
      transient: failed.every(({ error }) => error.transient),
    },
  );
}

/** Each once, with the kinds that it is for. */
function hints(failed: readonly FailedKind[]): string[] {
  const all = new Set(failed.flatMap(({ error }) => error.hint ?? []));
  return [...all].map((hint) => {
    const kinds = failed.filter(({ error }) => error.hint === hint).map(({ tunnel }) => tunnel.kind);
    return `${kinds.join(", ")}: ${hint}`;
  });
}

function toAsk(login: string, failed: readonly FailedKind[]): string[] {
  const ways = failed.flatMap(({ tunnel: { kind } }) => {
    return Object.hasOwn(needs, kind) ? [`  ${kind}: ${needs[kind as keyof typeof needs](login)}`] : [];
  });
  return ways.length === 0 ? [] : ["Ask the site which of these it allows. One of them is enough:", ...ways];
}
