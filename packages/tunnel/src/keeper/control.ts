import { lstatSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { basename, join } from "node:path";
import { checkJson, HpcnbError, type LoginPaths } from "@hpcnb/core";
import { runtimeDirectory } from "@hpcnb/host";
import { closeServer, listen } from "./port.js";
import { type KeeperRequest, type KeeperStatus, questionSchema } from "./protocol.js";

/** Between two looks whether the control socket can still be found by its name. */
const lookEveryMs = 5_000;

/** A question must have been asked within this time, and in so many characters. */
const questionLimitMs = 5_000;
const longestQuestion = 200_000;

interface Answers {
  readonly status: () => KeeperStatus;
  readonly open: (request: KeeperRequest) => void;
  /** A one-time address; undefined while there is no port. */
  readonly address: (login: LoginPaths) => string | undefined;
  readonly isVisited: (address: string) => boolean;
  readonly stop: () => void;
  /**
   * The socket has another path from now on: its directory was removed, as at the end of a login.
   */
  readonly onMoved: (path: string) => void;
  readonly onTrouble: (what: string, error: unknown) => void;
  /** Another keeper has taken the place of this one. */
  readonly onReplaced: () => void;
}

export interface Control {
  /** Nobody finds it afterwards; those who asked for a stop are told. */
  close(): Promise<void>;
}

/**
 * Becomes the one keeper of this socket, and answers there. @throws HPCNB_BUSY when another one is
 * there.
 */
export async function serveControl(path: string, answers: Answers): Promise<Control> {
  const asking: Socket[] = [];
  const make = () => createServer((socket) => answer(socket, answers, asking));
  let server = make();
  let socket = path;
  await claim(server, socket);
  let inode = inodeOf(socket);
  let isReplaced = false;
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = look();
  }, lookEveryMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await looking;
      // Closing a Unix server removes the file of its name, which is the other keeper's by now.
      const closed = isReplaced ? server.unref() : closeServer(server);
      for (const socket of asking) socket.end(`${JSON.stringify({ stopped: true })}\n`);
      await closed;
    },
  };

  async function look(): Promise<void> {
    const found = inodeOf(socket);
    if (found === inode || isReplaced) return;
    if (found !== undefined && (await somebodyListens(socket))) {
      isReplaced = true;
      clearInterval(timer);
      answers.onReplaced();
      return;
    }
    try {
      // First, as closing removes a file of its name, which would be the new one's if both are
      // called the same.
      server.close();
      const next = join(runtimeDirectory(), basename(path));
      const another = make();
      await claim(another, next);
      server = another;
      socket = next;
      inode = inodeOf(socket);
      answers.onMoved(socket);
    } catch (error) {
      // Nobody can ask for it now; it is looked for again.
      answers.onTrouble("The control socket cannot be made again", error);
    }
  }
}

function inodeOf(path: string): number | undefined {
  try {
    return lstatSync(path).ino;
  } catch {
    return undefined;
  }
}

/** A file left by a keeper that was killed is replaced. */
async function claim(control: Server, path: string): Promise<void> {
  try {
    await listen(control, { path });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (await somebodyListens(path)) {
      throw new HpcnbError("HPCNB_BUSY", "Another command is opening a tunnel to this notebook right now.", {
        transient: true,
      });
    }
    rmSync(path, { force: true });
    await listen(control, { path });
  }
}

export function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    // A queue that is full (EAGAIN) is somebody's.
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EAGAIN"));
  });
}

function answer(socket: Socket, answers: Answers, asking: Socket[]): void {
  let text = "";
  socket.setEncoding("utf8");
  socket.setTimeout(questionLimitMs, () => socket.destroy());
  // Whoever asked has gone; there is nobody to tell.
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: string) => {
    text += chunk;
    if (text.length > longestQuestion) socket.destroy();
    if (!text.includes("\n")) return;
    const { value: question, problem } = checkJson(questionSchema, text);
    if (problem !== undefined) {
      socket.end(`${JSON.stringify({ problem })}\n`);
      return;
    }
    socket.setTimeout(0);
    if (question.op === "stop") {
      asking.push(socket);
      answers.stop();
      return;
    }
    if (question.op === "address") {
      const address = answers.address(question);
      socket.end(`${JSON.stringify(address === undefined ? { problem: "it has no port yet" } : { address })}\n`);
      return;
    }
    if (question.op === "visited") {
      socket.end(`${JSON.stringify({ isVisited: answers.isVisited(question.address) })}\n`);
      return;
    }
    if (question.op === "open") answers.open(question.request);
    socket.end(`${JSON.stringify(answers.status())}\n`);
  });
}
