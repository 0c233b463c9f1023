import { absolutePathSchema, checkJson, HpcnbError, hostNameSchema, portSchema, throwIfAborted } from "@hpcnb/core";
import {
  bootstrap,
  noForwardings,
  pythonArgv,
  readRemoteOutput,
  remoteCommand,
  type SshConnection,
  sshFailure,
  startClient,
  untilReady,
} from "@hpcnb/host/ssh";
import * as v from "valibot";
import { listenerProgram } from "../python.js";
import { forwardBack, forwardingLimitMs, lateness } from "../ssh/forwarding.js";

/** Between two signs of life; and without one, until the submit node takes this side for dead. */
const signEveryMs = 15_000;
const silenceSeconds = 60;

const placeSchema = v.object({
  directory: absolutePathSchema,
  port: portSchema,
  names: v.pipe(v.array(hostNameSchema), v.maxLength(8)),
  addresses: v.pipe(v.array(v.pipe(v.string(), v.ip())), v.maxLength(16)),
});

/** A TCP port of the submit node, on all its interfaces, that leads to a socket of this machine. */
export interface Listener {
  readonly port: number;
  /** Under which the submit node knows itself; nodes may know it under others. */
  readonly hosts: readonly string[];
  /** The connection with this number has shown the run's certificate. */
  know(connection: number): void;
  /** Settles with the reason when it leads nowhere any more. */
  readonly ended: Promise<string>;
  /** Nothing is left on the submit node then. */
  close(): Promise<void>;
}

export interface ListenerRequest {
  /** Where connections are to arrive: each begins with a line that has its number. */
  readonly socket: string;
  /** Undefined: any. */
  readonly ports?: { readonly low: number; readonly high: number } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a program on the submit node that listens, and forwards from there to here. The program
 * ends with its standard input, or when it hears nothing for a minute.
 * @throws HPCNB_TUNNEL
 */
export async function openListener(
  connection: SshConnection,
  { socket, ports = { low: 0, high: 0 }, signal }: ListenerRequest,
): Promise<Listener> {
  const { alias } = connection;
  const route = await connection.open(signal);
  const argv = pythonArgv(listenerProgram(), String(ports.low), String(ports.high), String(silenceSeconds));
  const command = remoteCommand(argv);
  const client = startClient([...route.client(noForwardings), bootstrap], command.line);
  const output = () => readRemoteOutput({ stdout: client.stdout(), stderr: client.stderr() }, command.marker);
  try {
    const outcome = await untilReady(client, () => output().stdout.includes("\n"), {
      limitMs: forwardingLimitMs,
      signal,
    });
    throwIfAborted(signal);
    const { stdout, stderr, processGroup, around } = output();
    if (processGroup === undefined) throw sshFailure(around, { destination: alias, ...lateness(outcome) });
    const { value: place, problem } = checkJson(placeSchema, stdout);
    if (problem !== undefined) throw cannotListen(alias, stderr.trim() || `its answer ${problem}`);

    const way = await forwardBack({ route, destination: alias, socket, signal }, `${place.directory}/s`);
    client.tell(`to ${way.far}\n`);
    const signs = setInterval(() => client.tell("\n"), signEveryMs);
    signs.unref();
    return {
      port: place.port,
      hosts: [...place.names, ...place.addresses],
      know: (number) => client.tell(`known ${number}\n`),
      ended: Promise.race([
        way.ended,
        client.ended.then(() => `The program that listens on ${alias} ended: ${output().stderr.trim()}`),
      ]).finally(() => clearInterval(signs)),
      close: async () => {
        clearInterval(signs);
        await way.close();
        await client.stop();
      },
    };
  } catch (error) {
    await client.stop();
    throw error;
  }
}

function cannotListen(alias: string, why: string): HpcnbError {
  return new HpcnbError(
    "HPCNB_TUNNEL",
    `The program that takes the notebook's connections on ${alias} failed: ${why}`,
    {
      hint: "It needs python3 (3.4 or later) there, and a port that is free; tunnel.ports names those to take it from.",
    },
  );
}
