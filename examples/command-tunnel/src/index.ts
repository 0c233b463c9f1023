import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import {
  definePlugin,
  type Endpoint,
  HpcnbError,
  type OpenTunnel,
  shellWord,
  type Tunnel,
  type TunnelContext,
  throwIfAborted,
} from "@hpcnb/core";

export interface CommandOptions {
  /** Runs a line of shell, its last argument, on the host that stands there as %h. */
  readonly command: readonly string[];
}

/** Runs on the notebook's host: connects to its socket or port, and then passes bytes, or ends. */
const farProgram = `
import os, socket, sys, threading

what, *target = sys.argv[1:]
if len(target) == 1:
    far = socket.socket(socket.AF_UNIX)
    far.connect(target[0])
else:
    far = socket.create_connection((target[0], int(target[1])))
if what == "look":
    sys.exit()

def send():
    while data := os.read(0, 65536):
        far.sendall(data)
    far.shutdown(socket.SHUT_WR)

threading.Thread(target=send, daemon=True).start()
while data := far.recv(65536):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()`;

/** The endpoint's words are quoted for the far shell. Its host is none of a command's options. */
function farCommand({ command }: CommandOptions, endpoint: Endpoint, what: "look" | "pass"): [string, string[]] {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(endpoint.host)) {
    throw new HpcnbError("HPCNB_TUNNEL", `The notebook's record names a host that is none: ${endpoint.host}.`);
  }
  const target = endpoint.kind === "socket" ? [endpoint.path] : [endpoint.address, `${endpoint.port}`];
  const line = ["exec", "python3", "-c", farProgram, what, ...target].map(shellWord).join(" ");
  const [program = "", ...args] = command.map((word) => word.replaceAll("%h", endpoint.host));
  return [program, [...args, line]];
}

/** Connects once, and ends. @throws HPCNB_TUNNEL when the endpoint was not reached. */
async function look(options: CommandOptions, endpoint: Endpoint, signal?: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  const [program, args] = farCommand(options, endpoint, "look");
  try {
    await promisify(execFile)(program, args, { signal, timeout: 30_000 });
  } catch (cause) {
    throwIfAborted(signal);
    const { stderr = "", message } = cause as Error & { stderr?: string };
    const why = stderr.trim().split("\n").at(-1) || message;
    throw new HpcnbError("HPCNB_TUNNEL", `${program} does not lead to the notebook on ${endpoint.host}: ${why}.`, {
      cause,
    });
  }
}

/** A visitor has a command of its own. When one of the two ends, so does the other. */
async function pass([program, args]: [string, string[]], visitor: Socket, signal: AbortSignal): Promise<void> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
  child.on("error", () => visitor.destroy());
  try {
    await pipeline(visitor, Duplex.from({ readable: child.stdout, writable: child.stdin }), visitor, { signal });
  } catch {
    // Either side went away: the other one learns it by its end.
    child.kill();
    visitor.destroy();
  }
}

/** Between two looks whether the way is still there. */
const lookEveryMs = 10_000;

export function createCommandTunnel({ clock }: Pick<TunnelContext, "clock">, options: CommandOptions): Tunnel {
  return { kind: "command", open };

  async function open(endpoint: Endpoint, signal?: AbortSignal): Promise<OpenTunnel> {
    await look(options, endpoint, signal);
    // mkdtemp makes a folder that only this user can enter.
    const folder = await mkdtemp(join(tmpdir(), "hpcnb-tunnel-"));
    const path = join(folder, "notebook");
    const ending = new AbortController();
    const server = createServer({ allowHalfOpen: true }, (visitor) =>
      pass(farCommand(options, endpoint, "pass"), visitor, ending.signal),
    );
    await once(server.listen(path), "listening");
    const closed = untilLost(endpoint, ending.signal).finally(async () => {
      ending.abort();
      server.close();
      await rm(folder, { recursive: true });
    });
    return {
      address: { path },
      closed,
      close: async () => {
        ending.abort();
        await closed;
      },
    };
  }

  /** Why the way ended, sooner or later. */
  async function untilLost(endpoint: Endpoint, signal: AbortSignal): Promise<string> {
    try {
      for (;;) {
        await clock.sleep(lookEveryMs, signal);
        await look(options, endpoint, signal);
      }
    } catch (error) {
      return (error as Error).message;
    }
  }
}

export default definePlugin({
  apiVersion: 1,
  name: "command",
  tunnel: {
    optionsSchema: {
      type: "object",
      additionalProperties: false,
      properties: {
        command: {
          type: "array",
          items: { type: "string" },
          minItems: 1,
          default: ["ssh", "%h"],
          description: "Runs a line of shell, its last argument, on the host %h.",
        },
      },
    },
    create: (context) => createCommandTunnel(context, context.options as unknown as CommandOptions),
  },
});
