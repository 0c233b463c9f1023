import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { type ConnectionFacts, type Connector, type Endpoint, HpcnbError, throwIfAborted } from "@hpcnb/core";
import {
  type ControlQuestion,
  controlSocketPath,
  type KeeperOutcome,
  type KeeperRequest,
  type KeeperStatus,
  runtimeDirectory,
} from "./protocol.js";

/** Milliseconds that a keeper may take to open a tunnel, and to answer a question. */
const openLimit = 60_000;
const answerLimit = 5_000;

const firstPort = 8888;

export interface ConnectorOptions {
  /** The program that becomes the keeper: it calls `becomeKeeper`. */
  readonly keeperProgram: string;
  readonly host: string | undefined;
  readonly sessionFile: string;
  readonly kinds: readonly string[];
  readonly localPort: number | undefined;
}

/** Connections that are held open by keepers, one for each notebook directory. */
export function createConnector(options: ConnectorOptions): Connector {
  const socketOf = (directory: string) => controlSocketPath(options.host, directory);

  return {
    current: async (directory) => {
      const status = await ask<KeeperStatus>(socketOf(directory), { op: "status" });
      return status && { ...factsOf(status), run: status.run };
    },

    connect: async (directory, run, endpoint, signal) => {
      throwIfAborted(signal);
      const controlSocket = socketOf(directory);
      const known = await ask<KeeperStatus>(controlSocket, { op: "retry" });
      if (known && known.run === run && sameEndpoint(known.endpoint, endpoint)) return factsOf(known);
      if (known) await stop(controlSocket);
      const outcome = await startKeeper(options.keeperProgram, {
        controlSocket,
        run,
        endpoint,
        kinds: options.kinds,
        host: options.host,
        sessionFile: options.sessionFile,
        localPort:
          options.localPort === undefined
            ? { port: known?.port ?? firstPort, fixed: false }
            : { port: options.localPort, fixed: true },
      });
      if ("opened" in outcome) return factsOf(outcome.opened);
      const { code, message, hint, transient } = outcome.failed;
      throw new HpcnbError(code, message, { hint, transient });
    },

    disconnect: (directory) => stop(socketOf(directory)),
  };
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
