import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { HpcnbError, isHpcnbError, throwIfAborted } from "@hpcnb/core";
import { runtimeDirectory } from "@hpcnb/host";
import {
  controlArguments,
  forwardArgument,
  leaseConnection,
  listens,
  option,
  runClient,
  type SshConnection,
  type SshRoute,
  sshFailure,
  startClient,
  type Target,
  untilReady,
} from "@hpcnb/host/ssh";

/** A socket on this machine, for this user alone, that leads to a target on another. */
export interface Forwarding {
  readonly socket: string;
  /** Settles with the reason when it leads nowhere any more. */
  readonly ended: Promise<string>;
  /** Resolves when nothing is left of it. */
  close(): Promise<void>;
}

/**
 * ssh must be ready to forward within this time, which is more than it takes to connect to a node:
 * ssh can then say why it is not.
 */
export const forwardingLimitMs = 20_000;

/** For `sshFailure`, of a client that was not ready. */
export function lateness(outcome: "ready" | "ended" | "late"): { limitMs?: number } {
  return outcome === "late" ? { limitMs: forwardingLimitMs } : {};
}

/**
 * A socket path that nobody has; within 103 bytes where the keeper's own is.
 * @param connection undefined where no ssh is on the way.
 */
export function newSocketPath(
  connection: Pick<SshConnection, "controlDirectory" | "mark"> | undefined,
  word: "way" | "node",
): string {
  const { controlDirectory = runtimeDirectory(), mark = "0" } = connection ?? {};
  return join(controlDirectory, `${word}-${mark}-${randomBytes(4).toString("hex")}`);
}

export interface ForwardingRequest {
  readonly route: SshRoute;
  /** Where the route leads, for messages and as a person would type it after `ssh`. */
  readonly destination: string;
  readonly target: Target;
  readonly socket: string;
  readonly signal?: AbortSignal | undefined;
}

/** Forwards a new socket to a target that the route's last host can reach. @throws HPCNB_TUNNEL */
export async function forward({ target, ...request }: ForwardingRequest): Promise<Forwarding> {
  const { socket } = request;
  const remove = () => rmSync(socket, { force: true });
  try {
    const way = await forwardAs({ ...request, spec: ["-L", forwardArgument(socket, target)] });
    return { ...way, close: () => way.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

export interface BackForwarding extends Forwarding {
  /** Where it begins on the route's last host: the socket, or a port of its loopback interface. */
  readonly far: string;
}

/**
 * Forwards a new socket of the route's last host, whose path is `far`, to a socket of this machine;
 * where sockets are not forwarded there, a port. @throws HPCNB_TUNNEL
 */
export async function forwardBack(request: Omit<ForwardingRequest, "target">, far: string): Promise<BackForwarding> {
  const target = { path: request.socket };
  try {
    const way = await forwardAs({ ...request, spec: ["-R", forwardArgument(far, target)] });
    return { ...way, far };
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_TUNNEL")) throw error;
    const way = await forwardAs({ ...request, spec: ["-R", `127.0.0.1:0:${forwardArgument("", target).slice(1)}`] });
    // ssh tells which one it was given.
    return { ...way, far: /\d+/.exec(way.said)?.[0] ?? "0" };
  }
}

type SpecRequest = Omit<ForwardingRequest, "target"> & { readonly spec: readonly string[] };
type ToldForwarding = Forwarding & { readonly said: string };

function forwardAs(request: SpecRequest): Promise<ToldForwarding> {
  const { controlPath } = request.route;
  return controlPath === undefined ? forwardAlone(request) : forwardShared(request, controlPath);
}

async function forwardShared(request: SpecRequest, controlPath: string): Promise<ToldForwarding> {
  const { destination, spec, socket, signal } = request;
  const ask = (what: "forward" | "cancel", signal?: AbortSignal) =>
    runClient(controlArguments(controlPath, ["-O", what, ...spec]), {
      interactive: false,
      limitMs: forwardingLimitMs,
      signal,
    });
  const lease = leaseConnection(controlPath);
  let said: string;
  try {
    const end = await ask("forward", signal);
    said = end.stdout;
    if (end.code !== 0) throw sshFailure(end.stderr, { destination, code: "HPCNB_TUNNEL" });
  } catch (error) {
    lease.release();
    throw error;
  }
  return {
    socket,
    said,
    ended: lease.ended.then(() => `The ssh connection to ${destination} ended.`),
    close: async () => {
      // A connection that has ended took the forwarding with it, and says nothing to this.
      try {
        if (await listens(controlPath)) await ask("cancel");
      } catch (error) {
        // It hangs. Without the file nobody gets in by it, and it ends with the connection.
        if (!isHpcnbError(error, "HPCNB_TIMEOUT")) throw error;
      } finally {
        lease.release();
      }
    },
  };
}

/** With a connection of its own, which a remote `cat` keeps until this process ends. */
async function forwardAlone({ route, destination, spec, socket, signal }: SpecRequest): Promise<ToldForwarding> {
  throwIfAborted(signal);
  const options = [...spec, ...option("ExitOnForwardFailure=yes")];
  const word = `forwarded-${randomBytes(6).toString("hex")}`;
  const client = startClient([...route.client(options), `echo ${word}; exec cat`]);
  const isReady = () => client.stdout().includes(word);
  const outcome = await untilReady(client, isReady, { limitMs: forwardingLimitMs, signal });
  if (outcome !== "ready") {
    await client.stop();
    throwIfAborted(signal);
    throw sshFailure(client.stderr(), { destination, code: "HPCNB_TUNNEL", ...lateness(outcome) });
  }
  return {
    socket,
    said: client.stderr(),
    ended: client.ended.then(() => `ssh to ${destination} ended: ${client.stderr().trim() || "it said nothing"}`),
    close: () => client.stop(),
  };
}

/** The session has no `host`, so there is nothing to tunnel through. */
export function needsHost(kind: string): HpcnbError {
  return new HpcnbError("HPCNB_TUNNEL", `The tunnel ${kind} goes through a submit node, and this session has none.`, {
    hint: "Put `host` into the session file, or use the tunnel kind direct.",
  });
}
