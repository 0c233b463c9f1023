import { rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { type Clock, firstLocalPort, HpcnbError, type LocalAddress, type LoginPaths, systemClock } from "@hpcnb/core";
import { createOneTimePaths } from "./one-time.js";
import { createVisitors } from "./visitors.js";

/** How many ports above the wished one are tried before giving up. */
const portsTried = 100;

/**
 * A port of 127.0.0.1 that is held from its opening to its closing, whether something is behind it
 * or not.
 */
export interface LocalPort {
  readonly number: number;
  leadTo(address: LocalAddress): void;
  /** Ends the connections that there are. Whoever comes is told why. */
  leadNowhere(why: string): void;
  /** Lets this user alone in by a Unix socket, too; by another one when it is called again. */
  openDoor(path: string): Promise<void>;
  /** An address of this port that lets one browser of this user's in, once, within a minute. */
  oneTimeAddress(login: LoginPaths): string;
  /** Whether a browser was let in by such an address. */
  isVisited(address: string): boolean;
  /**
   * Resolves when the port is free. The door's file is removed with it. `leavesDoor` is for when
   * that file is another keeper's by now: closing a Unix server removes whatever has its name.
   */
  close(how?: { readonly leavesDoor: boolean }): Promise<void>;
}

/** @throws HPCNB_PORT_TAKEN */
export async function openPort(
  wish: { readonly port: number; readonly fixed: boolean },
  clock: Clock = systemClock,
): Promise<LocalPort> {
  const oneTime = createOneTimePaths(clock);
  const visitors = createVisitors(oneTime);
  const server = createServer({ allowHalfOpen: true }, visitors.accept);
  const number = await listenNear(server, wish);
  let door: Server | undefined;
  return {
    number,
    leadTo: visitors.leadTo,
    leadNowhere: visitors.leadNowhere,
    isVisited: (address) => oneTime.isUsed(new URL(address).pathname),
    oneTimeAddress: (login) => `http://127.0.0.1:${number}${oneTime.make(login)}`,
    openDoor: async (path) => {
      if (door) await closeServer(door);
      // Left by a killed keeper: the caller of this has become the one keeper there.
      rmSync(path, { force: true });
      door = createServer({ allowHalfOpen: true }, visitors.accept);
      await listen(door, { path });
    },
    close: async ({ leavesDoor } = { leavesDoor: false }) => {
      if (leavesDoor) door?.unref();
      const closing = [server, ...(door && !leavesDoor ? [door] : [])].map(closeServer);
      visitors.end();
      await Promise.all(closing);
    },
  };
}

/** The port that a session would get now, which is given back at once. @throws HPCNB_PORT_TAKEN */
export async function checkPort(wanted: number | undefined): Promise<number> {
  const port = await openPort(
    wanted === undefined ? { port: firstLocalPort, fixed: false } : { port: wanted, fixed: true },
  );
  await port.close();
  return port.number;
}

async function listenNear(server: Server, { port: first, fixed }: { port: number; fixed: boolean }): Promise<number> {
  for (let port = first; ; port += 1) {
    try {
      await listenAt(server, port);
      return port;
    } catch (error) {
      if (!(error instanceof HpcnbError) || error.code !== "HPCNB_PORT_TAKEN") throw error;
      if (!fixed && port < Math.min(first + portsTried, 65_535)) continue;
      if (!fixed) throw error;
      const free = await nextFreePort(port + 1);
      throw new HpcnbError("HPCNB_PORT_TAKEN", error.message, {
        cause: error,
        hint:
          free === undefined
            ? "Leave tunnel.localPort out: a free port is taken then."
            : `Port ${free} is free: use it as tunnel.localPort, or leave tunnel.localPort out.`,
      });
    }
  }
}

async function listenAt(server: Server, port: number): Promise<void> {
  try {
    await listen(server, { host: "127.0.0.1", port, exclusive: true });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "another program uses it" : message;
    const isTaken = code === "EADDRINUSE" || code === "EACCES";
    throw new HpcnbError(
      isTaken ? "HPCNB_PORT_TAKEN" : "HPCNB_TUNNEL",
      `Port ${port} of 127.0.0.1 cannot be used: ${why}.`,
      { cause },
    );
  }
}

export function listen(server: Server, where: { path: string } | { host: string; port: number; exclusive: true }) {
  return new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function nextFreePort(from: number): Promise<number | undefined> {
  for (let port = from; port < 65_536; port += 1) {
    const server = createServer();
    try {
      await listenAt(server, port);
      await closeServer(server);
      return port;
    } catch (error) {
      if (!(error instanceof HpcnbError) || error.code !== "HPCNB_PORT_TAKEN") throw error;
    }
  }
  return undefined;
}
