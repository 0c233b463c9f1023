import { isDeepStrictEqual } from "node:util";
import {
  type ConnectionFacts,
  type Connector,
  defined,
  type Endpoint,
  firstLocalPort,
  type Host,
  HpcnbError,
  isHpcnbError,
  type JobTimes,
  systemClock,
  throwIfAborted,
} from "@hpcnb/core";
import { runtimeDirectory } from "@hpcnb/host";
import { askForAddress, askKeeper, askWhetherVisited, type Reply, stopKeeper } from "./ask.js";
import { connectionFacts, isPlaced, silentFacts } from "./facts.js";
import { readNote } from "./note.js";
import { type Failure, type KeeperRequest, type KeeperStatus, keyOf, type TunnelChoice } from "./protocol.js";
import { allControlSockets, controlSocketsOf, namesBeside, newControlSocket, removeLeftOvers } from "./sockets.js";
import { type NewKeeper, openLimitMs, startKeeper } from "./start-keeper.js";

/** Between two questions to a keeper that is opening its tunnel. */
const askEveryMs = 200;

export interface ConnectorOptions {
  /** Node's arguments for the program that becomes the keeper: it calls `becomeKeeper`. */
  readonly keeperProgram: readonly string[];
  readonly host: Host;
  /** By which the keeper reaches the host; undefined for this machine. */
  readonly alias: string | undefined;
  readonly sessionFile: string;
  /** In the order to try them. */
  readonly tunnels: readonly TunnelChoice[];
  readonly localPort: number | undefined;
  /** Where a run was reached last, for when the keeper's own note of it is gone. */
  readonly lastPort?: (run: string) => number | undefined;
}

/** What is to be open. */
interface Wish {
  readonly run: string;
  readonly endpoint: Endpoint;
  readonly times: JobTimes | undefined;
}

/**
 * Connections that are held open by keepers, one for each notebook directory, under whatever alias
 * its host is reached.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const { host, keeperProgram, localPort } = options;
  /** A keeper that makes ready what it will need, and what other keepers had made before. */
  let prepared: { readonly keeper: NewKeeper; readonly before: ReadonlySet<string> } | undefined;

  return {
    check: () => {
      runtimeDirectory();
    },

    prepare: (directory, node) => {
      keyFor(host, directory)
        .then((key) => {
          const controlSocket = newControlSocket(key);
          if (!prepared?.keeper.alive)
            prepared = { before: namesBeside(controlSocket), keeper: startKeeper(keeperProgram, controlSocket) };
          prepared.keeper.tell({ prepare: { ...task(controlSocket), node } });
        })
        // Connecting meets the same, and tells it.
        .catch(() => {});
    },

    current: async (directory) => {
      for (const controlSocket of controlSocketsOf(await keyFor(host, directory))) {
        const found = await look(controlSocket);
        if (found) return found;
      }
      return undefined;
    },

    connect: async (directory, run, endpoint, { signal, times } = {}) => {
      const key = await keyFor(host, directory);
      const deadline = systemClock.now() + openLimitMs(options.tunnels);
      const wish = { run, endpoint, times };
      let asked = false;
      for (;;) {
        throwIfAborted(signal);
        const controlSocket = controlSocketsOf(key)[0] ?? newControlSocket(key);
        const request = requestFor(controlSocket, wish, firstLocalPort);
        const reply = await askKeeper(controlSocket, asked ? { op: "status" } : { op: "open", request });
        const known = reply.is === "answer" ? reply.answer : undefined;
        const isIt = known && isFor(known, wish);
        if (known && isPlaced(known) && isIt && hasPort(known.port)) {
          if (known.state !== "closed") return connectionFacts(known);
          // Asked now, it opens another tunnel: this is what came of that.
          if (asked) throw failed(known.failure);
        }
        if (known && systemClock.now() < deadline && !(isPlaced(known) && !hasPort(known.port))) {
          // Another command is at it, or this one has asked: what is opened serves both.
          asked = isIt === true;
          await systemClock.sleep(askEveryMs, signal);
          continue;
        }
        try {
          return await replace(controlSocket, reply, { ...wish, key, signal });
        } catch (error) {
          // Another one was faster, and has a keeper now.
          if (!isHpcnbError(error, "HPCNB_BUSY") || systemClock.now() > deadline) throw error;
        }
      }
    },

    oneTimeAddress: async (directory, login) => {
      for (const controlSocket of controlSocketsOf(await keyFor(host, directory))) {
        const reply = await askForAddress(controlSocket, login);
        if (reply.is === "answer") return reply.answer.address;
      }
      throw new HpcnbError("HPCNB_TUNNEL", "The keeper of this tunnel gives no address for a browser.", {
        hint: "`hpcnb connect` opens the tunnel again if it was closed just now, and prints the notebook's URL.",
      });
    },

    isVisited: async (directory, address) => {
      for (const controlSocket of controlSocketsOf(await keyFor(host, directory))) {
        const reply = await askWhetherVisited(controlSocket, address);
        if (reply.is === "answer") return reply.answer.isVisited;
      }
      return undefined;
    },

    disconnect: async (directory, runs = []) => {
      const ofThese = new Set(runs);
      const elsewhere = allControlSockets().filter((path) => ofThese.has(readNote(path)?.run ?? ""));
      const here = controlSocketsOf(await keyFor(host, directory));
      for (const controlSocket of new Set([...here, ...elsewhere])) await endKeeper(controlSocket);
    },
  };

  function task(controlSocket: string) {
    const { alias, tunnels, sessionFile } = options;
    return { tunnels: [...tunnels], host: alias, sessionFile, controlSocket };
  }

  function requestFor(controlSocket: string, { run, endpoint, times }: Wish, port: number): KeeperRequest {
    const wished = localPort === undefined ? { port, fixed: false } : { port: localPort, fixed: true };
    return { ...task(controlSocket), run, endpoint, times, localPort: wished };
  }

  /** Another tunnel.localPort may stand in the session file by now. */
  function hasPort(port: number): boolean {
    return localPort === undefined || localPort === port;
  }

  /**
   * A new keeper in the place of the one that has replied so, or of none; on the same port if that
   * can be had.
   */
  async function replace(
    controlSocket: string,
    reply: Reply<KeeperStatus>,
    { key, signal, ...wish }: Wish & { readonly key: string; readonly signal: AbortSignal | undefined },
  ): Promise<ConnectionFacts> {
    const found = reply.is === "answer" && isPlaced(reply.answer) ? reply.answer : readNote(controlSocket);
    const before = found?.port ?? options.lastPort?.(wish.run);
    const ready = prepared?.keeper.alive ? prepared : undefined;
    prepared = undefined;
    await endKeeper(controlSocket, ready?.before);
    const request = requestFor(newControlSocket(key), wish, before ?? firstLocalPort);
    const keeper = ready?.keeper ?? startKeeper(keeperProgram, request.controlSocket);
    const outcome = await keeper.open(request, signal);
    if ("failed" in outcome) throw failed(outcome.failed);
    const { opened } = outcome;
    const lostPort = before !== opened.port && localPort === undefined ? before : undefined;
    return { ...connectionFacts(opened), ...defined({ lostPort }) };
  }
}

function isFor({ run, endpoint }: KeeperStatus, wish: Wish): boolean {
  return run === wish.run && isDeepStrictEqual(endpoint, wish.endpoint);
}

function failed({ code, message, hint, transient }: Failure): HpcnbError {
  return new HpcnbError(code, message, { hint, transient });
}

/** The same for all aliases of a host. */
export async function keyFor(host: Host, directory: string): Promise<string> {
  return keyOf(await host.identity(), directory);
}

/** The connection that a keeper holds, and the run that it was made for. */
export async function look(controlSocket: string): Promise<(ConnectionFacts & { readonly run: string }) | undefined> {
  const reply = await askKeeper(controlSocket, { op: "status" });
  if (reply.is === "answer")
    return isPlaced(reply.answer) ? { ...connectionFacts(reply.answer), run: reply.answer.run } : undefined;
  const note = reply.is === "silence" ? readNote(controlSocket) : undefined;
  return note && { ...silentFacts(note), run: note.run };
}

/**
 * Ends it whatever state it is in, and removes what is left of it, also when it was killed before:
 * see `removeLeftOvers`.
 */
export async function endKeeper(controlSocket: string, old?: ReadonlySet<string>): Promise<void> {
  await stopKeeper(controlSocket);
  await removeLeftOvers(controlSocket, old);
}
