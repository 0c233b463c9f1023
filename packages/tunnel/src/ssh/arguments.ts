import { HpcnbError } from "@hpcnb/core";
import type { SshConfig } from "./config.js";

/** Seconds: how long a connection that nobody uses stays, so that the next command need not log in again. */
const persist = 60;
/** Seconds; for users whose configuration does not say. Three questions without an answer end a connection. */
const connectTimeout = 30;
const aliveInterval = 15;

export interface Destination {
  readonly alias: string;
  /** In place of the user's own file. */
  readonly configFile?: string | undefined;
}

/** ssh takes a word with a leading dash for an option, and options can name programs. */
export function checkAlias(alias: string): void {
  if (/^[^-\s][^\s]*$/.test(alias)) return;
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${JSON.stringify(alias)} cannot be the name of an ssh host.`);
}

/** `ssh -G`: what the user's configuration says about the alias. */
export function configArguments({ alias, configFile }: Destination): string[] {
  return [...configOf(configFile), "-G", "--", alias];
}

export interface ClientOptions {
  /** The shared connection's socket; undefined: a connection of its own. */
  readonly controlPath: string | undefined;
  /** Whether ssh may ask for a password, a second factor or a new host's key. */
  readonly mayAsk: boolean;
}

/** Options for a client that runs one command. */
export function clientOptions(config: SshConfig, { controlPath, mayAsk }: ClientOptions): string[] {
  return [
    "-T",
    "-S",
    controlPath === undefined ? "none" : socketArgument(controlPath),
    ...option("ControlMaster=no"),
    ...common(config, mayAsk),
  ];
}

/** Options for the client that logs in, and leaves the connection behind for others. */
export function masterOptions(config: SshConfig, controlPath: string, mayAsk: boolean): string[] {
  return [
    "-T",
    "-S",
    socketArgument(controlPath),
    ...option("ControlMaster=auto"),
    ...option(`ControlPersist=${persist}`),
    ...common(config, mayAsk),
  ];
}

export function destinationArguments({ alias, configFile }: Destination, options: readonly string[]): string[] {
  return [...configOf(configFile), ...options, "--", alias];
}

/** Asks a shared connection for something. Without the user's configuration, whose own forwardings would be asked for too. */
export function controlArguments(controlPath: string, request: readonly string[]): string[] {
  return ["-F", "/dev/null", "-S", socketArgument(controlPath), ...request, "--", "shared"];
}

function common(config: SshConfig, mayAsk: boolean): string[] {
  return [
    // Forwardings of the user's configuration are for when he logs in himself; here they would collide with those.
    ...option("ClearAllForwardings=yes"),
    ...settings(config, mayAsk),
  ];
}

/** What is set for every connection, where the user has not decided. Host keys and ways to log in are his alone. */
export function settings(config: SshConfig, mayAsk: boolean): string[] {
  return [
    ...(config.hasConnectTimeout ? [] : option(`ConnectTimeout=${connectTimeout}`)),
    ...(config.hasServerAlive ? [] : option(`ServerAliveInterval=${aliveInterval}`)),
    ...(config.hasRemoteCommand ? option("RemoteCommand=none") : []),
    ...(mayAsk ? [] : option("BatchMode=yes")),
  ];
}

export function configOf(configFile: string | undefined): string[] {
  return configFile === undefined ? [] : ["-F", configFile];
}

export function option(setting: string): string[] {
  return ["-o", setting];
}

/** A socket's path as ssh takes it: it replaces %h and the like in it. */
export function socketArgument(path: string): string {
  return path.replaceAll("%", "%%");
}
