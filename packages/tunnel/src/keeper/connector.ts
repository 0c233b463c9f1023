import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
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
  type KeeperOutcome,
  type KeeperRequest,
  type KeeperStatus,
} from "./protocol.js";

/** Milliseconds that a keeper may take to open a tunnel, and to answer a question. */
const openLimit = 60_000;
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
  const socketOf = async (directory: string) => controlSocketPath(await identityOf(host), directory);

  return {
    current: async (directory) => {
      const status = await ask<KeeperStatus>(await socketOf(directory), { op: "status" });
      return status && { ...factsOf(status), run: status.run };
    },

    connect: async (directory, run, endpoint, signal) => {
      throwIfAborted(signal);
      const controlSocket = await socketOf(directory);
      const known = await ask<KeeperStatus>(controlSocket, { op: "status" });
      if (known && known.run === run && sameEndpoint(known.endpoint, endpoint)) return factsOf(known);
      if (known) await stop(controlSocket);
      const outcome = await startKeeper(options.keeperProgram, {
        controlSocket,
        run,
        endpoint,
        kinds: options.kinds,
        host: isSshHost(host) ? host.name : undefined,
        sessionFile: options.sessionFile,
        localPort:
          options.localPort === undefined
            ? { port: known?.port ?? firstPort, fixed: false }
            : { port: options.localPort, fixed: true },
      });
      if ("opened" in outcome) return factsOf(outcome.opened);
      throw new HpcnbError(outcome.failed.code, outcome.failed.message, { hint: outcome.failed.hint });
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
  return { kind: status.kind, baseUrl: `http://127.0.0.1:${status.port}` };
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

function startKeeper(program: string, request: KeeperRequest): Promise<KeeperOutcome> {
  return new Promise((resolve, reject) => {
    // The request travels over IPC: an argv is readable by everybody on this machine.
    const logFile = `${request.controlSocket}.log`;
    const log = openSync(logFile, "w", 0o600);
    const child = spawn(process.execPath, [program], {
      detached: true,
      cwd: "/",
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    const limit = setTimeout(() => {
      child.kill();
      settle(() =>
        reject(new HpcnbError("HPCNB_TIMEOUT", `No tunnel was open after ${openLimit / 1000} s.`, { transient: true })),
      );
    }, openLimit);
    const settle = (act: () => void) => {
      clearTimeout(limit);
      child.removeAllListeners();
      if (child.connected) child.disconnect();
      child.unref();
      act();
    };
    child.on("error", (cause) =>
      settle(() =>
        reject(new HpcnbError("HPCNB_TUNNEL", `The keeper could not be started: ${cause.message}.`, { cause })),
      ),
    );
    child.on("exit", (code, signal) =>
      settle(() => {
        const said = readFileSync(logFile, "utf8").trim();
        const ending = `The keeper ended at once (${signal ?? `exit code ${code}`})`;
        reject(new HpcnbError("HPCNB_TUNNEL", said ? `${ending}:\n${said}` : `${ending}.`));
      }),
    );
    child.on("message", (outcome: KeeperOutcome) => settle(() => resolve(outcome)));
    child.send(request);
  });
}
