import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import {
  aborted,
  definePlugin,
  type Endpoint,
  HpcnbError,
  isHpcnbError,
  limitedSignal,
  type OpenTunnel,
  type Plugin,
  type RunFiles,
  readKeeperKeys,
  type TunnelContext,
} from "@hpcnb/core";
import { isSshHost, type SshHost } from "@hpcnb/host";
import { type Forwarding, needsHost, newSocketPath } from "../ssh/forwarding.js";
import { notebookTls } from "../tls/notebook-tls.js";
import { serveSocket } from "../tls/serve-socket.js";
import { openWatched } from "../watched.js";
import { openListener } from "./listener.js";
import { openPool, type Pool } from "./pool.js";
import { type KeeperOffer, readRendezvous, whyNotDialled, writeRendezvous } from "./rendezvous.js";

/**
 * The job looks every second where it is to dial, and its storage may be late. When it has failed
 * it says so sooner.
 */
const dialLimitMs = 20_000;

/** For the last word to the job. */
const farewellLimitMs = 2_000;

/**
 * For nodes that nobody can connect to: the notebook job dials a port of the submit node, which
 * leads to the keeper, and both speak TLS with each other only.
 */
export const reverseTunnel: Plugin = definePlugin({
  apiVersion: 1,
  name: "reverse",
  tunnel: {
    create: (context) => {
      const alive = new Set<string>();
      return { kind: "reverse", open: (endpoint, signal) => open(context, { endpoint, alive, signal }) };
    },
  },
});

interface Wanted {
  readonly endpoint: Endpoint;
  /** This keeper's offers to the job that lead somewhere, by their ids. */
  readonly alive: Set<string>;
  readonly signal: AbortSignal | undefined;
}

async function open({ host, clock }: TunnelContext, wanted: Wanted): Promise<OpenTunnel> {
  if (!isSshHost(host)) throw needsHost("reverse");
  const { endpoint, signal } = wanted;
  const way = await openReverse(host, wanted);
  return openWatched(way, {
    endpoint,
    clock,
    signal,
    by: host.connection.alias,
    hint: "The notebook's job has dialled: `hpcnb logs` shows what it says.",
  });
}

async function openReverse(host: SshHost, { endpoint, alive, signal }: Wanted): Promise<Forwarding> {
  const { connection } = host;
  const { run } = endpoint;
  if (!run) throw new HpcnbError("HPCNB_TUNNEL", `The notebook job on ${endpoint.host} does not dial.`);
  const [keys, rendezvous] = await Promise.all([readKeeperKeys(host, run, signal), readRendezvous(host, run, signal)]);
  const secure = notebookTls(keys);
  const [socket, arrivals] = [newSocketPath(connection, "way"), newSocketPath(connection, "way")];
  /** What is to be undone, the newest first. */
  const undo: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    let know = (_connection: number) => {};
    const pool = await openPool({ socket: arrivals, secure, know: (number) => know(number) });
    undo.push(() => {
      pool.close();
      rmSync(arrivals, { force: true });
    });
    const listener = await openListener(connection, { socket: arrivals, ports: rendezvous.ports, signal });
    undo.push(() => listener.close());
    know = listener.know;
    const own = ownPrefix(connection);
    const id = `${own}${randomBytes(3).toString("hex")}`;
    const keeper = { id, port: listener.port, hosts: [...listener.hosts] };
    alive.add(id);
    listener.ended.then(() => alive.delete(id));
    const others = rendezvous.keepers.filter((other) => alive.has(other.id) || !other.id.startsWith(own));
    await writeRendezvous(host, run, { ...rendezvous, keepers: [keeper, ...others] }, signal);
    undo.push(() => (alive.has(id) ? takeBack(host, run, id) : undefined));
    await untilDialled(host, { endpoint, run, keeper, pool, signal });
    const served = await serveSocket(socket, pool.take);
    undo.push(() => served.close());
    return { socket, ended: listener.ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * How the ids of this machine's offers begin: it takes back also those of a keeper that was killed.
 */
function ownPrefix({ mark = "" }: SshHost["connection"]): string {
  return createHash("sha256").update(`${hostname()} ${mark}`).digest("hex").slice(0, 6);
}

interface Dialling {
  readonly endpoint: Endpoint;
  readonly run: RunFiles;
  readonly keeper: KeeperOffer;
  readonly pool: Pool;
  readonly signal: AbortSignal | undefined;
}

/** @throws HPCNB_TUNNEL with the job's own reason, if it has one. */
async function untilDialled(host: SshHost, { endpoint, run, keeper, pool, signal }: Dialling): Promise<void> {
  const ending = new AbortController();
  const limit = AbortSignal.any([ending.signal, limitedSignal(dialLimitMs, signal)]);
  const problem = whyNotDialled(host, run, keeper, limit).catch((error) => {
    if (signal?.aborted) throw aborted(signal);
    if (!isHpcnbError(error, "HPCNB_ABORTED")) throw error;
    return undefined;
  });
  const outcome = await Promise.race([pool.filled.then(() => "filled" as const), problem]);
  ending.abort();
  if (outcome === "filled") return;
  const { alias } = host.connection;
  if (outcome === undefined) {
    throw new HpcnbError(
      "HPCNB_TUNNEL",
      `The notebook job on ${endpoint.host} has not dialled port ${keeper.port} of ${alias} within ${dialLimitMs / 1000} s, nor said why.`,
      { hint: "Its storage may be late, or it has ended: `hpcnb status` shows whether it runs." },
    );
  }
  throw new HpcnbError("HPCNB_TUNNEL", `${endpoint.host} cannot reach ${alias}: ${outcome}.`, {
    hint: `A firewall may keep nodes from port ${keeper.port} of ${alias}: ask the site which ports nodes may reach there, and give them as tunnel.ports.`,
  });
}

/** Where that fails, the job learns by itself that nobody is there, and asks ever less often. */
async function takeBack(host: SshHost, run: RunFiles, id: string): Promise<void> {
  const signal = limitedSignal(farewellLimitMs);
  try {
    const { keepers, ...rest } = await readRendezvous(host, run, signal);
    await writeRendezvous(host, run, { ...rest, keepers: keepers.filter((one) => one.id !== id) }, signal);
  } catch (error) {
    if (!isHpcnbError(error)) throw error;
  }
}
