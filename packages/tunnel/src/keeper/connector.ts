import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type ConnectionFacts,
  type Connector,
  type Host,
  HpcnbError,
  isHpcnbError,
  systemClock,
  throwIfAborted,
} from "@hpcnb/core";
import { isSshHost } from "../ssh/host.js";
import {
  type ControlQuestion,
  controlSocketPath,
  type KeeperRequest,
  type KeeperStatus,
  type KeeperTask,
  logPath,
  type OpenStatus,
  runtimeDirectory,
} from "./protocol.js";
import { type NewKeeper, openLimit, startKeeper } from "./start-keeper.js";

/** Milliseconds that a keeper may take to answer a question. */
const answerLimit = 5_000;

/** Milliseconds between two questions to a keeper that another command has opening its tunnel. */
const askEvery = 200;

const firstPort = 8888;

export interface ConnectorOptions {
  /** The program that becomes the keeper: it calls `becomeKeeper`. */
  readonly keeperProgram: string;
  readonly host: Host;
  readonly sessionFile: string;
  readonly kinds: readonly string[];
  readonly localPort: number | undefined;
}

/** Connections that are held open by keepers, one for each notebook directory, under whatever alias its host is reached. */
export function createConnector(options: ConnectorOptions): Connector {
  const { host } = options;
  const task: KeeperTask = {
    kinds: options.kinds,
    host: isSshHost(host) ? host.name : undefined,
    sessionFile: options.sessionFile,
  };
  const socketOf = async (directory: string) => controlSocketPath(await identityOf(host), directory);

  let prepared: NewKeeper | undefined;

  return {
    prepare: (directory, node) => {
      socketOf(directory)
        .then((controlSocket) => {
          prepared = startKeeper(options.keeperProgram, controlSocket);
          prepared.tell({ prepare: { ...task, node } });
        })
        // Connecting meets the same, and tells it.
        .catch(() => {});
    },

    current: async (directory) => {
      const status = await ask<KeeperStatus>(await socketOf(directory), { op: "status" });
      return status && isOpen(status) ? { ...factsOf(status), run: status.run } : undefined;
    },

    connect: async (directory, run, endpoint, signal) => {
      const controlSocket = await socketOf(directory);
      const deadline = systemClock.now() + openLimit(options.kinds);
      for (;;) {
        throwIfAborted(signal);
        const known = await ask<KeeperStatus>(controlSocket, { op: "retry" });
        if (known && known.run === run && isDeepStrictEqual(known.endpoint, endpoint)) {
          if (isOpen(known) && isAsWished(known)) return factsOf(known);
          if (!isOpen(known) && systemClock.now() < deadline) {
            // Another command is at it: what it opens serves this one too.
            await systemClock.sleep(askEvery, signal);
            continue;
          }
        }
        if (known) await stop(controlSocket);
        const port = known && isOpen(known) ? known.port : firstPort;
        try {
          return await openNew({ ...task, controlSocket, run, endpoint, localPort: wishedPort(port) }, signal);
        } catch (error) {
          // Another one was faster, and has a keeper now.
          if (!isHpcnbError(error, "HPCNB_BUSY") || systemClock.now() > deadline) throw error;
        }
      }
    },

    disconnect: async (directory) => {
      const controlSocket = await socketOf(directory);
      await stop(controlSocket);
      rmSync(logPath(controlSocket), { force: true });
    },
  };

  /** Another tunnel.kind or tunnel.localPort may stand in the session file by now. */
  function isAsWished({ kind, kinds, port }: OpenStatus): boolean {
    const isKind = options.kinds.includes(kind) || isDeepStrictEqual(kinds, options.kinds);
    return isKind && (options.localPort === undefined || options.localPort === port);
  }

  function wishedPort(otherwise: number) {
    return options.localPort === undefined
      ? { port: otherwise, fixed: false }
      : { port: options.localPort, fixed: true };
  }

  async function openNew(request: KeeperRequest, signal: AbortSignal | undefined): Promise<ConnectionFacts> {
    const keeper = prepared?.alive ? prepared : startKeeper(options.keeperProgram, request.controlSocket);
    prepared = undefined;
    const outcome = await keeper.open(request, signal);
    if ("opened" in outcome) return factsOf(outcome.opened);
    const { code, message, hint, transient } = outcome.failed;
    throw new HpcnbError(code, message, { hint, transient });
  }
}

function isOpen(status: KeeperStatus): status is OpenStatus {
  return status.state === "open";
}

/** The same for all aliases of a host. */
async function identityOf(host: Host): Promise<string> {
  if (!isSshHost(host)) return "";
  const { user, hostname, port } = await host.connection.config();
  return `${user}@${hostname}:${port}`;
}

function factsOf(status: OpenStatus): ConnectionFacts {
  const { kind, port, note, healing } = status;
  return {
    kind,
    baseUrl: `http://127.0.0.1:${port}`,
    ...(note === undefined ? {} : { note }),
    ...(healing === undefined ? {} : { healing }),
  };
}

/** A session file and its host: by these a connection is found without asking that host, which may be out of reach. */
export interface SessionPlace {
  readonly host: string | undefined;
  readonly file: string;
}

/** The connection that a session file has on this machine. */
export async function connectionOf(place: SessionPlace): Promise<ConnectionFacts | undefined> {
  const { status } = (await keeperOf(place)) ?? {};
  return status && isOpen(status) ? factsOf(status) : undefined;
}

/** Closes it, also one that is still being opened. False when there is none. */
export async function closeConnectionOf(place: SessionPlace): Promise<boolean> {
  const keeper = await keeperOf(place);
  if (keeper) await stop(keeper.controlSocket);
  return keeper !== undefined;
}

async function keeperOf({ host, file }: SessionPlace) {
  const directory = runtimeDirectory();
  for (const name of readdirSync(directory).filter((entry) => entry.endsWith(".sock"))) {
    const controlSocket = join(directory, name);
    const status = await ask<KeeperStatus>(controlSocket, { op: "status" });
    if (status && status.host === host && status.sessionFile === file) return { controlSocket, status };
  }
  return undefined;
}

/** Why the last connection to a notebook directory ended by itself; undefined when it did not, or when there was another one since. */
export async function whyClosed(host: Host, directory: string): Promise<string | undefined> {
  const path = logPath(controlSocketPath(await identityOf(host), directory));
  return (existsSync(path) && readFileSync(path, "utf8").trim()) || undefined;
}

async function stop(controlSocket: string): Promise<void> {
  await ask(controlSocket, { op: "stop" });
}

/** The keeper's answer; undefined when there is no keeper. */
function ask<Answer>(controlSocket: string, question: ControlQuestion): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connectSocket(controlSocket, () => socket.write(`${JSON.stringify(question)}\n`));
    socket.setEncoding("utf8");
    socket.setTimeout(answerLimit, () => {
      socket.destroy();
      reject(
        new HpcnbError("HPCNB_TIMEOUT", `The keeper at ${controlSocket} gave no answer for ${answerLimit / 1000} s.`, {
          transient: true,
        }),
      );
    });
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    // It may end at any moment of its own accord; either way there is no keeper any more.
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(text === "" ? undefined : (JSON.parse(text) as Answer)));
  });
}
