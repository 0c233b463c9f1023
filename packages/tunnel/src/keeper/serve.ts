import { rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Clock, HpcnbError, type OpenTunnel, systemClock, type Tunnel } from "@hpcnb/core";
import { openAgain } from "./heal.js";
import { kindLimit, openFirst } from "./open-first.js";
import { type ControlQuestion, type KeeperRequest, type KeeperStatus, logPath, type OpenStatus } from "./protocol.js";

/** Milliseconds after a try that failed in which nobody's wish makes the next one come sooner. */
const nudgeEvery = 5_000;

export interface KeeperOptions {
  readonly clock?: Clock;
  /** Ends it, as a "stop" does. */
  readonly signal?: AbortSignal;
  /** Milliseconds for each kind of tunnel to open. */
  readonly limit?: number;
}

export interface RunningKeeper {
  readonly status: OpenStatus;
  /** Settles when the keeper has let go of everything. */
  readonly ended: Promise<void>;
}

/**
 * Opens the first tunnel that works, and answers questions about it until it is told to stop, from the beginning. A tunnel that ends by
 * itself is opened again on the same port, until that is given up; the reason is left in the log then.
 */
export async function serveKeeper(
  request: KeeperRequest,
  tunnels: readonly Tunnel[],
  { clock = systemClock, signal, limit = kindLimit }: KeeperOptions = {},
): Promise<RunningKeeper> {
  const { controlSocket, run, kinds, endpoint, host, sessionFile } = request;
  const about = { run, kinds, endpoint, host, sessionFile, pid: process.pid };
  let status: KeeperStatus = { ...about, state: "opening" };
  const told = new AbortController();
  const stopping = AbortSignal.any([told.signal, ...(signal ? [signal] : [])]);
  const asking: Socket[] = [];
  const nudges = new EventTarget();
  let lastTry = clock.now();
  const control = createServer((socket) =>
    answer(socket, {
      status: () => status,
      retry: () => {
        if (clock.now() - lastTry >= nudgeEvery) nudges.dispatchEvent(new Event("retry"));
      },
      stop: () => {
        asking.push(socket);
        told.abort();
      },
    }),
  );
  const end = async () => {
    // Closing a Unix server removes its file, so nobody finds a keeper that no longer listens.
    const closed = new Promise<void>((resolve) => control.close(() => resolve()));
    for (const socket of asking) socket.end(`${JSON.stringify({ stopped: true })}\n`);
    await closed;
  };

  await claim(control, controlSocket);
  const { tunnel, port, opened, note } = await openFirst(request, tunnels, { signal: stopping, limit }).catch(
    async (error) => {
      rmSync(logPath(controlSocket), { force: true });
      await end();
      throw stopping.aborted ? stoppedEarly() : error;
    },
  );
  const whole: OpenStatus = { ...about, state: "open", kind: tunnel.kind, port, note };
  status = whole;
  const again = async (why: string) => {
    const since = new Date().toISOString();
    const isHealing = (reason: string) => {
      lastTry = clock.now();
      status = { ...whole, healing: { since, why: reason } };
    };
    isHealing(why);
    const open = () => tunnel.open(endpoint, port, stopping);
    const onFailure = ({ message }: Error) => isHealing(message);
    const healed = await openAgain(open, { clock, signal: stopping, nudges, onFailure });
    status = whole;
    return healed;
  };
  const ended = keep(opened, stopping, again).then(async (why) => {
    if (why === undefined) rmSync(logPath(controlSocket), { force: true });
    else writeFileSync(logPath(controlSocket), `${why}\n`, { mode: 0o600 });
    await end();
  });
  return { status: whole, ended };
}

function stoppedEarly(): HpcnbError {
  return new HpcnbError("HPCNB_TUNNEL", "Another command closed the tunnel while it was being opened.", {
    hint: "`hpcnb status` shows whether the session goes on; `hpcnb connect` opens the tunnel then.",
  });
}

/** Resolves when nothing is open any more: with the reason when it could not be kept open, without one when that was wanted. */
async function keep(
  first: OpenTunnel,
  stopping: AbortSignal,
  again: (why: string) => Promise<OpenTunnel>,
): Promise<string | undefined> {
  const stopped = new Promise<string>((resolve) => {
    stopping.addEventListener("abort", () => resolve("stopped"));
    if (stopping.aborted) resolve("stopped");
  });
  for (let tunnel = first; ; ) {
    const why = await Promise.race([stopped, tunnel.closed]);
    await tunnel.close();
    if (stopping.aborted) return undefined;
    try {
      tunnel = await again(why);
    } catch (error) {
      return stopping.aborted ? undefined : (error as Error).message;
    }
  }
}

/** Becomes the one keeper of this socket; a file left by one that was killed is replaced. */
async function claim(control: Server, path: string): Promise<void> {
  try {
    await listen(control, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (await somebodyListens(path)) {
      throw new HpcnbError("HPCNB_BUSY", "Another command is opening a tunnel to this notebook right now.", {
        transient: true,
      });
    }
    rmSync(path, { force: true });
    await listen(control, path);
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

interface Answers {
  readonly status: () => KeeperStatus;
  readonly retry: () => void;
  readonly stop: () => void;
}

function answer(socket: Socket, answers: Answers): void {
  let text = "";
  socket.setEncoding("utf8");
  // Whoever asked has gone; there is nobody to tell.
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: string) => {
    text += chunk;
    if (!text.includes("\n")) return;
    const { op } = JSON.parse(text) as ControlQuestion;
    if (op === "stop") {
      answers.stop();
      return;
    }
    if (op === "retry") answers.retry();
    socket.end(`${JSON.stringify(answers.status())}\n`);
  });
}
