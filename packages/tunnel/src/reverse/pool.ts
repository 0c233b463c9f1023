import { setMaxListeners } from "node:events";
import { createServer, type Socket } from "node:net";
import { HpcnbError } from "@hpcnb/core";
import { listen } from "../keeper/port.js";
import type { NotebookTls } from "../tls/notebook-tls.js";

/** A visitor may wait so long for the notebook job to dial once more. */
const waitLimitMs = 20_000;

/** Far more than a job keeps. */
const mostIdle = 64;

/** Characters. */
const longestBeginning = 17;

/** Connections that the notebook job has dialled, secured, and that nobody uses yet. */
export interface Pool {
  /** One of them, or the next one. @throws HPCNB_TUNNEL when none comes in time. */
  take(): Promise<Socket>;
  /** Resolves when there is one. */
  readonly filled: Promise<void>;
  close(): void;
}

export interface PoolOptions {
  /** Where connections arrive. */
  readonly socket: string;
  readonly secure: NotebookTls;
  /** Is told which connection, by its number, is the notebook job's. */
  readonly know: (connection: number) => void;
}

export async function openPool({ socket, secure, know }: PoolOptions): Promise<Pool> {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const idle = new Set<Socket>();
  const waiting: ((secured: Socket) => void)[] = [];
  let fill = () => {};
  const filled = new Promise<void>((resolve) => {
    fill = resolve;
  });

  const server = createServer({ pauseOnConnect: true }, (raw) => {
    welcome(raw).catch(() => {
      // A stranger, or a connection that was cut: the job dials again.
      raw.destroy();
    });
  });
  await listen(server, { path: socket });

  return {
    filled,
    take: async () => {
      // The newest is the least likely to have been forgotten by a firewall.
      const secured = [...idle].pop();
      if (!secured) return nextOne();
      leave(secured);
      return secured;
    },
    close: () => {
      ending.abort();
      server.close();
      for (const secured of idle) secured.destroy();
    },
  };

  async function welcome(raw: Socket): Promise<void> {
    const [, number] = await readBeginning(raw, /^(\d{1,15})\n\n$/, ending.signal);
    const secured = await secure(raw, ending.signal);
    know(Number(number));
    // The job may have tried several addresses at once, and says which connection it has chosen.
    await readBeginning(secured, /^\n$/, ending.signal);
    fill();
    const visitor = waiting.shift();
    if (visitor) return visitor(secured);
    if (idle.size >= mostIdle) throw new Error("too many");
    idle.add(secured);
    secured.on("error", onEnd).on("close", onEnd).on("end", onEnd).on("readable", onReadable);
  }

  /** Nothing comes on an idle one: it only ends. */
  function onReadable(this: Socket): void {
    if (this.read() !== null) this.destroy();
  }

  function onEnd(this: Socket): void {
    idle.delete(this);
    this.destroy();
  }

  function leave(secured: Socket): void {
    idle.delete(secured);
    secured.off("error", onEnd).off("close", onEnd).off("end", onEnd).off("readable", onReadable);
  }

  function nextOne(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const give = (secured: Socket) => {
        clearTimeout(timer);
        resolve(secured);
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(give), 1);
        reject(new HpcnbError("HPCNB_TUNNEL", `The notebook job has not dialled for ${waitLimitMs / 1000} s.`));
      }, waitLimitMs);
      waiting.push(give);
    });
  }
}

/** Reads what a connection begins with, after which its other side waits. */
function readBeginning(socket: Socket, form: RegExp, signal: AbortSignal): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = "";
    const settle = (found: RegExpExecArray | undefined) => {
      socket.off("readable", read).off("close", fail).off("end", fail).off("error", fail);
      signal.removeEventListener("abort", fail);
      if (found) return resolve(found);
      socket.on("error", () => {}).destroy();
      reject(new Error(`not the beginning of a connection: ${JSON.stringify(text)}`));
    };
    const fail = () => settle(undefined);
    const read = () => {
      text += (socket.read() ?? "").toString("latin1");
      const found = form.exec(text) ?? undefined;
      if (found || text.length >= longestBeginning) settle(found);
    };
    socket.on("readable", read).on("close", fail).on("end", fail).on("error", fail);
    signal.addEventListener("abort", fail);
    read();
  });
}
