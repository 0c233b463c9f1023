import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Clock, HpcnbError, isHpcnbError, type OpenTunnel, systemClock, type Tunnel } from "@hpcnb/core";
import { openAgain } from "./heal.js";
import type { ControlQuestion, KeeperRequest, KeeperStatus } from "./protocol.js";

/** How many ports above the wished one are tried before giving up. */
const portsTried = 100;

/** Milliseconds after a try that failed in which nobody's wish makes the next one come sooner. */
const nudgeEvery = 5_000;

export interface RunningKeeper {
  readonly status: KeeperStatus;
  /** Settles when the keeper has let go of everything. */
  readonly ended: Promise<void>;
}

/**
 * Opens the first tunnel that works, and answers questions about it until it is told to stop. A tunnel that ends by itself is opened again
 * on the same port, until that is given up.
 */
export async function serveKeeper(
  request: KeeperRequest,
  tunnels: readonly Tunnel[],
  clock: Clock = systemClock,
): Promise<RunningKeeper> {
  const control = createServer();
  await claim(control, request.controlSocket);
  try {
    const { tunnel, port, opened, note } = await openFirst(request, tunnels);
    const { run, endpoint, host, sessionFile } = request;
    let status: KeeperStatus = { run, kind: tunnel.kind, port, pid: process.pid, endpoint, host, sessionFile, note };
    const first = status;
    const nudges = new EventTarget();
    let lastTry = clock.now();
    const stopped = new Promise<Socket>((resolve) => {
      control.on("connection", (socket) =>
        answer(socket, {
          status: () => status,
          retry: () => {
            if (clock.now() - lastTry >= nudgeEvery) nudges.dispatchEvent(new Event("retry"));
          },
          stop: () => resolve(socket),
        }),
      );
    });
    const again = async (why: string, signal: AbortSignal) => {
      const since = new Date().toISOString();
      const isHealing = (reason: string) => {
        lastTry = clock.now();
        status = { ...first, healing: { since, why: reason } };
      };
      isHealing(why);
      const open = () => tunnel.open(request.endpoint, port, signal);
      const healed = await openAgain(open, { clock, signal, nudges, onFailure: ({ message }) => isHealing(message) });
      status = first;
      return healed;
    };
    return { status, ended: keep(opened, stopped, again).then((asking) => end(request, control, asking)) };
  } catch (error) {
    control.close();
    throw error;
  }
}

/** Resolves when nothing is open any more: with who asked for that, or with nobody when the tunnel could not be kept open. */
async function keep(
  first: OpenTunnel,
  stopped: Promise<Socket>,
  again: (why: string, signal: AbortSignal) => Promise<OpenTunnel>,
): Promise<Socket | undefined> {
  const stopping = new AbortController();
  const asked = stopped.then((socket) => {
    stopping.abort();
    return socket;
  });
  for (let tunnel: OpenTunnel | undefined = first; tunnel; ) {
    const what: Socket | string = await Promise.race([asked, tunnel.closed]);
    await tunnel.close();
    if (typeof what !== "string") return what;
    tunnel = await again(what, stopping.signal).catch((error: Error) => {
      // To the keeper's log: there is nobody else to tell.
      if (!stopping.signal.aborted) console.error(error.message);
      return undefined;
    });
  }
  return stopping.signal.aborted ? asked : undefined;
}

async function end(request: KeeperRequest, control: Server, asking: Socket | undefined): Promise<void> {
  // Closing a Unix server removes its file, so nobody finds a keeper that no longer listens.
  const closed = new Promise<void>((resolve) => control.close(() => resolve()));
  rmSync(`${request.controlSocket}.log`, { force: true });
  asking?.end(`${JSON.stringify({ stopped: true })}\n`);
  await closed;
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

async function openFirst(request: KeeperRequest, tunnels: readonly Tunnel[]) {
  const failures: Error[] = [];
  for (const tunnel of tunnels) {
    try {
      const opened = await openAtPort(request, tunnel);
      const note = failures.map((error, index) => `${tunnels[index]?.kind}: ${firstLine(error)}`).join("; ");
      return { tunnel, ...opened, note: note === "" ? undefined : note };
    } catch (error) {
      if (!isHpcnbError(error, "HPCNB_TUNNEL")) throw error;
      failures.push(error);
    }
  }
  const [only] = failures;
  if (failures.length === 1 && only) throw only;
  throw new HpcnbError(
    "HPCNB_TUNNEL",
    `No tunnel reaches the notebook on ${request.endpoint.host}. Tried in this order:\n${failures.map((error, index) => `  ${tunnels[index]?.kind}: ${error.message.replaceAll("\n", "\n    ")}`).join("\n")}`,
    {
      hint: [
        ...new Set(failures.flatMap((error) => (isHpcnbError(error) && error.hint ? [error.hint] : []))),
        "No job is affected: `hpcnb status` shows what the scheduler says of them, `hpcnb connect` tries again.",
      ].join("\n"),
      transient: failures.every((error) => isHpcnbError(error) && error.transient),
    },
  );
}

function firstLine({ message }: Error): string {
  return message.split("\n")[0] ?? "";
}

async function openAtPort(
  { endpoint, localPort }: KeeperRequest,
  tunnel: Tunnel,
): Promise<{ port: number; opened: OpenTunnel }> {
  for (let port = localPort.port; ; port += 1) {
    try {
      return { port, opened: await tunnel.open(endpoint, port) };
    } catch (error) {
      const last = port >= Math.min(localPort.port + portsTried, 65_535);
      if (!isHpcnbError(error, "HPCNB_PORT_TAKEN") || last) throw error;
      if (localPort.fixed) {
        throw new HpcnbError("HPCNB_PORT_TAKEN", error.message, {
          cause: error,
          hint: `Port ${await nextFreePort(port + 1)} is free: use it as tunnel.localPort, or leave tunnel.localPort out.`,
        });
      }
    }
  }
}

async function nextFreePort(from: number): Promise<number> {
  for (let port = from; port < 65_536; port += 1) {
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen({ host: "127.0.0.1", port, exclusive: true }, () => resolve(true));
    });
    if (free) {
      await new Promise((resolve) => server.close(resolve));
      return port;
    }
  }
  return 0;
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
