import { readdirSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import {
  type ConnectionFacts,
  type Connector,
  type Endpoint,
  type Host,
  HpcnbError,
  throwIfAborted,
} from "@hpcnb/core";
import { isSshHost } from "../ssh/host.js";
import {
  type ControlQuestion,
  controlSocketPath,
  type KeeperStatus,
  type KeeperTask,
  runtimeDirectory,
} from "./protocol.js";
import { type NewKeeper, startKeeper } from "./start-keeper.js";

/** Milliseconds that a keeper may take to answer a question. */
const answerLimit = 5_000;

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
      return status && { ...factsOf(status), run: status.run };
    },

    connect: async (directory, run, endpoint, signal) => {
      throwIfAborted(signal);
      const controlSocket = await socketOf(directory);
      const known = await ask<KeeperStatus>(controlSocket, { op: "retry" });
      if (known && known.run === run && sameEndpoint(known.endpoint, endpoint)) return factsOf(known);
      if (known) await stop(controlSocket);
      const keeper = prepared?.alive ? prepared : startKeeper(options.keeperProgram, controlSocket);
      prepared = undefined;
      const outcome = await keeper.open({
        ...task,
        controlSocket,
        run,
        endpoint,
        localPort:
          options.localPort === undefined
            ? { port: known?.port ?? firstPort, fixed: false }
            : { port: options.localPort, fixed: true },
      });
      if ("opened" in outcome) return factsOf(outcome.opened);
      const { code, message, hint, transient } = outcome.failed;
      throw new HpcnbError(code, message, { hint, transient });
    },

    disconnect: async (directory) => stop(await socketOf(directory)),
  };
}

/** The same for all aliases of a host. */
async function identityOf(host: Host): Promise<string> {
  if (!isSshHost(host)) return "";
  const { user, hostname, port } = await host.connection.config();
  return `${user}@${hostname}:${port}`;
}

function factsOf(status: KeeperStatus): ConnectionFacts {
  const { kind, port, note, healing } = status;
  return {
    kind,
    baseUrl: `http://127.0.0.1:${port}`,
    ...(note === undefined ? {} : { note }),
    ...(healing === undefined ? {} : { healing }),
  };
}

/** The connection that a session file has on this machine, found without its host: that one may be out of reach. */
export async function connectionOf({ host, file }: { host: string | undefined; file: string }) {
  const directory = runtimeDirectory();
  for (const name of readdirSync(directory).filter((entry) => entry.endsWith(".sock"))) {
    const status = await ask<KeeperStatus>(join(directory, name), { op: "status" });
    if (status && status.host === host && status.sessionFile === file) return factsOf(status);
  }
  return undefined;
}

function sameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
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
