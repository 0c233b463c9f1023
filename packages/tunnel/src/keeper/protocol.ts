import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { absolutePathSchema, errorCodes, hostNameSchema, lineSchema, portSchema, runIdSchema } from "@hpcnb/core";
import * as v from "valibot";

/**
 * The keeper is a background process that holds a port of 127.0.0.1, and a tunnel from there. The
 * command that starts it hands it the request over the IPC channel of Node's child processes, and
 * gets the outcome back on it. Later commands reach it at a Unix socket: one line of JSON each way.
 * Each side holds what it reads against a schema.
 */
const protocolVersion = 5;

const textSchema = v.pipe(v.string(), v.maxLength(20_000));

const otherWays = {
  relay: v.exactOptional(v.object({ port: portSchema, addresses: v.pipe(v.array(hostNameSchema), v.readonly()) })),
  run: v.exactOptional(v.object({ id: runIdSchema, directory: absolutePathSchema })),
};
const endpointSchema = v.variant("kind", [
  v.object({ kind: v.literal("socket"), host: hostNameSchema, path: absolutePathSchema, ...otherWays }),
  v.object({ kind: v.literal("port"), host: hostNameSchema, address: lineSchema, port: portSchema, ...otherWays }),
]);

/** See `JobTimes`. */
const timesSchema = v.object({
  startedAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
  walltime: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
  endsAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
});

/** A tunnel to try. */
const tunnelChoiceSchema = v.object({
  /** As the session file has it. */
  name: lineSchema,
  /** Where its plugin was found; left out for hpcnb's own. */
  path: v.exactOptional(absolutePathSchema),
  /** Valid by its plugin's schema. */
  options: v.record(v.string(), v.unknown()),
});
export type TunnelChoice = v.InferOutput<typeof tunnelChoiceSchema>;

/** What a keeper can make ready for before there is a request. */
const taskEntries = {
  /** In the order to try them. */
  tunnels: v.array(tunnelChoiceSchema),
  /** ssh alias of the submit node; undefined when it is this machine. */
  host: v.optional(lineSchema),
  sessionFile: lineSchema,
  controlSocket: absolutePathSchema,
};
const taskSchema = v.object(taskEntries);
export type KeeperTask = v.InferOutput<typeof taskSchema>;

const requestSchema = v.object({
  ...taskEntries,
  run: lineSchema,
  endpoint: endpointSchema,
  times: v.optional(timesSchema),
  /** A port that must be used, or the first of those that may be. */
  localPort: v.object({ port: portSchema, fixed: v.boolean() }),
});
export type KeeperRequest = v.InferOutput<typeof requestSchema>;

export const messageSchema = v.union([
  /** The notebook will answer on this host, if that is known already. */
  v.object({ prepare: v.object({ ...taskEntries, node: v.optional(hostNameSchema) }) }),
  v.object({ open: requestSchema }),
  /** Nobody waits for the tunnel any more. */
  v.object({ stop: v.literal(true) }),
]);
export type KeeperMessage = v.InferOutput<typeof messageSchema>;

const failureSchema = v.object({
  code: v.picklist(errorCodes),
  message: textSchema,
  hint: v.optional(textSchema),
  transient: v.optional(v.boolean()),
});
export type Failure = v.InferOutput<typeof failureSchema>;

const factEntries = {
  version: v.literal(protocolVersion),
  run: lineSchema,
  /** Those that it was to try. */
  tunnels: v.array(tunnelChoiceSchema),
  pid: v.pipe(v.number(), v.integer(), v.minValue(2)),
  endpoint: endpointSchema,
  times: v.optional(timesSchema),
  host: v.optional(lineSchema),
  sessionFile: lineSchema,
};
const placeEntries = {
  kind: lineSchema,
  port: portSchema,
  /** A Unix socket that leads where the port leads. */
  door: absolutePathSchema,
  /** The tunnels that come before this one, and could not be opened. */
  failures: v.array(v.object({ kind: lineSchema, why: textSchema })),
};
const openSchema = v.object({ ...factEntries, ...placeEntries, state: v.literal("open") });
export type OpenStatus = v.InferOutput<typeof openSchema>;

export const statusSchema = v.variant("state", [
  v.object({ ...factEntries, state: v.literal("opening") }),
  openSchema,
  /**
   * The tunnel broke at `since` (ISO 8601) and is being opened again; `why` is the newest reason.
   */
  v.object({ ...factEntries, ...placeEntries, state: v.literal("healing"), since: lineSchema, why: textSchema }),
  /**
   * It was given up. The port is held, so that nobody else gets what a browser still sends there.
   */
  v.object({ ...factEntries, ...placeEntries, state: v.literal("closed"), since: lineSchema, failure: failureSchema }),
]);
export type KeeperStatus = v.InferOutput<typeof statusSchema>;

export function factsOf({ run, tunnels, endpoint, times, host, sessionFile }: KeeperRequest) {
  return { version: protocolVersion, run, tunnels, endpoint, times, host, sessionFile, pid: process.pid } as const;
}

export const outcomeSchema = v.union([v.object({ opened: openSchema }), v.object({ failed: failureSchema })]);
export type KeeperOutcome = v.InferOutput<typeof outcomeSchema>;

/** With its query; not one that leads to another server. */
const serverPathSchema = v.pipe(v.string(), v.maxLength(4_000), v.regex(/^\/(?!\/)[!-~]*$/));

const oneTimeSchema = v.pipe(v.string(), v.regex(/^http:\/\/127\.0\.0\.1:\d{1,5}\/[\w/-]{1,200}$/));

export const questionSchema = v.variant("op", [
  v.object({ op: v.literal("status") }),
  /**
   * A status question of somebody who would like this tunnel to be open: now, and not after the
   * next pause.
   */
  v.object({ op: v.literal("open"), request: requestSchema }),
  /** Asks for an address that lets one browser in, once. */
  v.object({ op: v.literal("address"), page: serverPathSchema, login: serverPathSchema }),
  /** Asks whether a browser was let in by such an address. */
  v.object({ op: v.literal("visited"), address: oneTimeSchema }),
  v.object({ op: v.literal("stop") }),
]);
export type ControlQuestion = v.InferOutput<typeof questionSchema>;

export const addressSchema = v.object({ address: oneTimeSchema });

export const visitedSchema = v.object({ isVisited: v.boolean() });

export const stoppedSchema = v.object({ stopped: v.literal(true) });

/** Beside the control socket: what is to be known of a keeper that says nothing any more. */
export const noteSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(2)),
  /** See `identityOf`. */
  identity: v.pipe(v.string(), v.minLength(1), v.maxLength(20_000)),
  run: lineSchema,
  host: v.optional(lineSchema),
  sessionFile: lineSchema,
  port: v.optional(portSchema),
});
export type KeeperNote = v.InferOutput<typeof noteSchema>;

/**
 * The key of the keeper for this notebook directory on this host. It does not depend on the
 * directory of the sockets.
 */
export function keyOf(host: string, directory: string): string {
  return createHash("sha256").update(`${host}\n${directory}`).digest("hex").slice(0, 16);
}

/** Where that keeper listens, for the user alone. */
export function controlSocketIn(runtimeDirectory: string, key: string): string {
  return join(runtimeDirectory, `${key}.sock`);
}

/** What a keeper says goes there, and why it ended; beside its control socket. */
export function logPath(controlSocket: string): string {
  return `${controlSocket}.log`;
}

export function notePath(controlSocket: string): string {
  return `${controlSocket}.json`;
}

/** Where the keeper's port is reached by this user alone. */
export function doorPath(controlSocket: string): string {
  return join(dirname(controlSocket), `${basename(controlSocket, ".sock")}.door`);
}

/**
 * In the names of all sockets that a keeper makes besides: they are found by it after the keeper
 * was killed.
 */
export function markOf(controlSocket: string): string {
  return basename(controlSocket).slice(0, 8);
}
