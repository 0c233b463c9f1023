import { absolutePathSchema, check, HpcnbError, hostNameSchema, portSchema, shellWord } from "@hpcnb/core";
import * as v from "valibot";
import type { SshConfig } from "./config.js";

/**
 * A connection that nobody uses stays so long, so that the next command need not log in again.
 */
const idleSeconds = 60;
/**
 * For users whose configuration does not say. A node is on the cluster's own network, and a way to
 * it has less time. Three questions without an answer end a connection.
 */
const connectTimeoutSeconds = 30;
export const nodeConnectTimeoutSeconds = 15;
export const aliveIntervalSeconds = 15;

export interface Destination {
  readonly alias: string;
  /** In place of the user's own file. */
  readonly configFile?: string | undefined;
}

/**
 * Refuses what is no name of an ssh host. ssh takes a leading dash for an option, and options can
 * name programs. It also puts the name into a ProxyCommand or `Match exec`, which a shell runs; ssh
 * refuses a shell's characters itself only since version 9.6.
 */
export function checkAlias(alias: string): void {
  if (/^(?!-)[^\s\p{Cc}\p{Cf}\u2028\u2029'`"$;&<>|(){}%#*?!,\\]+$/u.test(alias)) return;
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${JSON.stringify(alias)} cannot be the name of an ssh host.`, {
    hint: "Give the host a plain name in ~/.ssh/config, and use that.",
  });
}

/** The same for a node, whose name comes from a job's record. @throws HPCNB_TUNNEL */
export function checkNode(node: string): void {
  if (check(hostNameSchema, node).problem === undefined) return;
  throw new HpcnbError("HPCNB_TUNNEL", `${JSON.stringify(node)} cannot be the name of the notebook's host.`, {
    hint: "The job's record names it so. Run `hostname` on that node: the site must give it a plain name.",
  });
}

/** An ssh command for people to paste. */
export function sshCommand(...words: readonly string[]): string {
  return ["ssh", ...words].map(shellWord).join(" ");
}

/** `ssh -G`: what the user's configuration says about the alias. */
export function configArguments({ alias, configFile }: Destination): string[] {
  checkAlias(alias);
  return [...configOf(configFile), "-G", "--", alias];
}

interface Manner {
  readonly mayAsk: boolean;
  readonly timeoutSeconds?: number;
}

/** Options with which a client goes over a shared connection, or over one of its own. */
export function clientOptions(
  config: SshConfig,
  { controlPath, ...manner }: Manner & { controlPath: string | undefined },
): string[] {
  const socket = controlPath === undefined ? "none" : socketArgument(controlPath);
  return ["-T", "-S", socket, ...option("ControlMaster=no"), ...settings(config, manner)];
}

/**
 * Options for the client that logs in, and leaves the connection behind for others; it stays
 * `persist` seconds after the last.
 */
export function masterOptions(
  config: SshConfig,
  { controlPath, persistSeconds = idleSeconds, ...manner }: Manner & { controlPath: string; persistSeconds?: number },
): string[] {
  return [
    "-T",
    "-S",
    socketArgument(controlPath),
    ...option("ControlMaster=auto"),
    ...option(`ControlPersist=${persistSeconds}`),
    ...noForwardings,
    ...settings(config, manner),
  ];
}

export function destinationArguments({ alias, configFile }: Destination, options: readonly string[]): string[] {
  checkAlias(alias);
  return [...configOf(configFile), ...options, "--", alias];
}

/**
 * Asks a shared connection for something. Without the user's configuration, whose own forwardings
 * would be asked for too.
 */
export function controlArguments(controlPath: string, request: readonly string[]): string[] {
  return ["-F", "/dev/null", "-S", socketArgument(controlPath), ...request, "--", "shared"];
}

/**
 * Forwardings of the user's configuration are for the user's own logins. Here they would collide
 * with those.
 */
export const noForwardings: readonly string[] = option("ClearAllForwardings=yes");

/**
 * What is set for every connection, where the user has not decided. Host keys and ways to log in
 * are the user's alone.
 */
function settings(config: SshConfig, { mayAsk, timeoutSeconds = connectTimeoutSeconds }: Manner): string[] {
  return [
    ...(config.hasConnectTimeout ? [] : option(`ConnectTimeout=${timeoutSeconds}`)),
    ...(config.hasServerAlive ? [] : option(`ServerAliveInterval=${aliveIntervalSeconds}`)),
    ...config.undone.flatMap(option),
    ...(mayAsk ? [] : option("BatchMode=yes")),
  ];
}

function configOf(configFile: string | undefined): string[] {
  return configFile === undefined ? [] : ["-F", configFile];
}

export function option(setting: string): string[] {
  return ["-o", setting];
}

/** A socket's path as ssh takes it: it replaces %h and the like in it. */
function socketArgument(path: string): string {
  return path.replaceAll("%", "%%");
}

/** What listens at the far end of a forwarding, as the host there sees it. */
export type Target = { readonly path: string } | { readonly host: string; readonly port: number };

/** For `-L`: from a socket on this side to the target on the other. @throws HPCNB_TUNNEL */
export function forwardArgument(socket: string, target: Target): string {
  const problem = targetProblem(target);
  if (problem !== undefined) {
    throw new HpcnbError("HPCNB_TUNNEL", `ssh cannot forward to ${JSON.stringify(target)}: ${problem}.`, {
      hint: "The job's record names it so. A plain TMPDIR on the nodes makes a plain path.",
    });
  }
  const far = "path" in target ? escapeColons(target.path) : `[${target.host}]:${target.port}`;
  return `${escapeColons(socket)}:${far}`;
}

/** An address may be `::1`, which is no name. */
const addressSchema = v.union([hostNameSchema, v.pipe(v.string(), v.ipv6())]);
const targetSchema = v.object({ host: addressSchema, port: portSchema });

/** What is wrong with a target that a record named, or undefined. */
export function targetProblem(target: Target): string | undefined {
  if (!("path" in target)) return check(targetSchema, target).problem;
  const { problem } = check(absolutePathSchema, target.path);
  if (problem !== undefined) return problem;
  // ssh replaces these in a path since version 8.4, and there is no spelling that all versions take
  // for the characters.
  return /%|\$\{/.test(target.path) ? "ssh replaces % and ${ in a path" : undefined;
}

function escapeColons(path: string): string {
  return path.replace(/[\\:]/g, "\\$&");
}

/**
 * For ProxyCommand, which the user's shell runs: the way to the next host through a client with
 * these arguments. The next host's own name and `HostName` must have passed `checkNode`: ssh puts
 * them here.
 */
export function proxyCommand(clientArguments: readonly string[]): string {
  const words = ["ssh", ...clientArguments].map(shellWord).join(" ").replaceAll("%", "%%");
  return `${words.replace(/ -- /, " -W '[%h]:%p' -- ")}`;
}
