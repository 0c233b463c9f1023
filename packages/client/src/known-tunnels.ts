import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ConnectionFacts, type Connector, isWhole, lineSchema, printableLine, tunnelKinds } from "@hpcnb/core";
import type { TunnelChoice } from "@hpcnb/tunnel";
import * as v from "valibot";
import type { Warn } from "./known-sessions.js";
import { keep, keptName, readKept, stateDirectory } from "./state-directory.js";

/**
 * The kind of tunnel that reached a session last from this machine, or any session of its host.
 * `auto` tries it first, and the others after it.
 */
const knownTunnelSchema = v.object({
  kind: v.picklist(tunnelKinds),
  /** When it was found. */
  at: v.pipe(v.string(), v.isoTimestamp()),
  /** Why it was not a kind that came before it then. */
  failures: v.pipe(v.array(v.object({ kind: lineSchema, why: lineSchema })), v.maxLength(20)),
});
export type KnownTunnel = v.InferOutput<typeof knownTunnelSchema>;

/** The newest ones are kept. */
const mostKept = 100;
/** Characters of a failure. */
const longestWhy = 500;

/** Whose tunnel it is: a session's, by its file, or any on a host. */
interface Owner {
  readonly host: string;
  readonly file?: string;
}

/** What is known of the session, or else of its host. What cannot be read is not known. */
export function knownTunnel({ host, file }: Required<Owner>): KnownTunnel | undefined {
  return read({ host, file }) ?? read({ host });
}

/** The kind that worked comes first. */
export function rememberedFirst(tunnels: readonly TunnelChoice[], known: KnownTunnel | undefined): TunnelChoice[] {
  const isKnown = ({ name }: TunnelChoice) => name === known?.kind;
  return [...tunnels.filter(isKnown), ...tunnels.filter((one) => !isKnown(one))];
}

/** A connector that remembers which of several kinds has worked, and why not those before it. */
export function rememberingConnector(
  owner: Required<Owner>,
  tunnels: readonly TunnelChoice[],
  create: (tunnels: readonly TunnelChoice[]) => Connector,
  warn: Warn,
): Connector {
  const known = knownTunnel(owner);
  const connector = create(rememberedFirst(tunnels, known));
  return {
    ...connector,
    connect: async (...args) => {
      const connection = await connector.connect(...args);
      if (isWhole(connection)) remember(owner, connection, warn);
      return connection;
    },
    current: async (directory) => {
      const connection = await connector.current(directory);
      const day = known?.at.slice(0, 10);
      if (!connection || connection.failures || connection.kind !== known?.kind || known.failures.length === 0)
        return connection;
      const failures = known.failures.map(({ kind, why }) => ({ kind, why: `${why.replace(/\.$/, "")} (on ${day})` }));
      return { ...connection, failures };
    },
  };
}

function remember({ host, file }: Required<Owner>, { kind: name, failures = [] }: ConnectionFacts, warn: Warn): void {
  const kind = tunnelKinds.find((one) => one === name);
  if (kind === undefined) return;
  const reasons = failures.map((one) => ({
    kind: one.kind,
    why: printableLine(one.why).slice(0, longestWhy),
  }));
  try {
    for (const owner of [{ host, file }, { host }]) {
      if (read(owner)?.kind === kind) continue;
      keep(pathOf(owner), { kind, at: new Date().toISOString(), failures: reasons } satisfies KnownTunnel);
    }
    forgetOldest();
  } catch (error) {
    const { message } = error as Error;
    warn(`Warning: which tunnel works was not remembered in ${stateDirectory()}: ${message}`);
  }
}

function directory(): string {
  return join(stateDirectory(), "tunnels");
}

function pathOf({ host, file = "" }: Owner): string {
  return join(directory(), keptName(`${host}\n${file}`));
}

/** Nothing is lost with a file that is damaged: what it would tell is found again. */
function read(owner: Owner): KnownTunnel | undefined {
  try {
    return readKept(knownTunnelSchema, pathOf(owner)).value;
  } catch {
    return undefined;
  }
}

function forgetOldest(): void {
  const paths = readdirSync(directory()).map((name) => join(directory(), name));
  if (paths.length <= mostKept) return;
  const ages = new Map(paths.map((path) => [path, statSync(path).mtimeMs]));
  const newestFirst = paths.sort((one, other) => (ages.get(other) ?? 0) - (ages.get(one) ?? 0));
  for (const path of newestFirst.slice(mostKept)) rmSync(path, { force: true, recursive: true });
}
