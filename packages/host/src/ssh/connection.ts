import { defined, HpcnbError, isHpcnbError, type Log, throwIfAborted } from "@hpcnb/core";
import { type AwaitAnswer, type SlowAnswersOptions, tellingSlowAnswers } from "../slow-answers.js";
import {
  checkAlias,
  clientOptions,
  configArguments,
  controlArguments,
  type Destination,
  destinationArguments,
  masterOptions,
  sshCommand,
} from "./arguments.js";
import { runClient, wordsOfFailure } from "./client.js";
import { parseSshConfig, type SshConfig } from "./config.js";
import { controlPathIn, listens } from "./control-socket.js";
import { shellFailure, sshFailure } from "./failure.js";

export interface SshOptions extends Destination, SlowAnswersOptions {
  /**
   * Whether the user is at a terminal, where ssh may ask for a password, a second factor or a new
   * host's key.
   */
  readonly interactive: boolean;
  /**
   * Where the sockets of shared connections are; for this user alone (0700). Default: hpcnb's
   * runtime directory.
   */
  readonly controlDirectory?: string | undefined;
  /**
   * In the names of the sockets that this process makes besides: another process finds its remains
   * by it.
   */
  readonly mark?: string | undefined;
  /** For a login at which nobody is asked anything. */
  readonly limitMs?: number;
  /** Is told once what a person would want to know, such as that each command will log in again. */
  readonly notify?: ((text: string) => void) | undefined;
  /** Is told what ssh says while it may ask at the terminal, as it comes. */
  readonly hear?: ((text: string) => void) | undefined;
  /** Is told of each command on the host, and of each login. */
  readonly log?: Log | undefined;
  /** Is told that ssh logs in, and may ask at the terminal meanwhile. */
  readonly watchLogin?: (() => LoginWatch) | undefined;
}

export interface LoginWatch {
  /** For so long ssh has come to no end, and asks nothing; told every few seconds. */
  silent(silentMs: number): void;
  over(): void;
}

/** How the next client gets there. */
export interface SshRoute {
  readonly config: SshConfig;
  /** The shared connection's socket; undefined where connections cannot be shared. */
  readonly controlPath: string | undefined;
  /** What stands between `ssh` and a remote command; with further options. */
  client(options: readonly string[]): string[];
  /** The client may ask at the terminal, so it must not be taken away from it. */
  readonly asks: boolean;
}

export interface SshConnection extends Destination {
  readonly controlDirectory: string | undefined;
  readonly mark: string | undefined;
  /**
   * To be told, at most once, that the host says nothing for longer than a person waits in silence.
   */
  noticeSilence(): void;
  readonly awaitAnswer: AwaitAnswer;
  /**
   * Makes sure that there is a shared connection, and logs in if there is none.
   * @throws HPCNB_SSH with what ssh said.
   */
  open(signal?: AbortSignal): Promise<SshRoute>;
  /** To be told that a client begins which logs in by itself, and may ask. */
  watchLogin(): LoginWatch | undefined;
  /** What ssh makes of the alias; asks nobody elsewhere. */
  config(): Promise<SshConfig>;
}

/** The default. */
export const loginLimitMs = 60_000;

/**
 * One connection to an alias for all commands, of this process and of others: whoever comes first
 * logs in, and OpenSSH keeps the connection for a while after the last. A connection that the
 * user's own configuration has opened is used instead.
 */
export function createSshConnection(options: SshOptions): SshConnection {
  const { alias, configFile, interactive, limitMs = loginLimitMs } = options;
  let reading: Promise<SshConfig> | undefined;
  let sharing = true;
  let noticed = false;
  let opening: Promise<void> | undefined;
  checkAlias(alias);

  return {
    alias,
    configFile,
    controlDirectory: options.controlDirectory,
    mark: options.mark,
    noticeSilence,
    awaitAnswer: tellingSlowAnswers(alias, options),
    watchLogin: () => options.watchLogin?.(),
    open,
    config,
  };

  function noticeSilence(): void {
    if (!noticed) options.notify?.(`${alias} is silent; a lost connection is given up after about a minute.`);
    noticed = true;
  }

  function config(signal?: AbortSignal): Promise<SshConfig> {
    reading ??= readConfig(options, signal, options.log).catch((error) => {
      reading = undefined;
      throw error;
    });
    return reading;
  }

  async function open(signal?: AbortSignal): Promise<SshRoute> {
    throwIfAborted(signal);
    const known = await config(signal);
    const own = sharing ? controlPathIn(options) : undefined;
    if (own === undefined) return doWithout(known);
    for (const path of [known.controlPath, own]) if (path && (await listens(path))) return route(known, path);
    opening ??= logIn(known, own, signal).finally(() => {
      opening = undefined;
    });
    await opening;
    return sharing ? route(known, own) : doWithout(known);
  }

  function route(known: SshConfig, controlPath: string | undefined): SshRoute {
    // Once there is a connection nothing is asked; should it just have ended, the next command
    // opens another.
    const asks = interactive && controlPath === undefined;
    return {
      config: known,
      controlPath,
      client: (more) =>
        destinationArguments(options, [...clientOptions(known, { controlPath, mayAsk: asks }), ...more]),
      asks,
    };
  }

  function doWithout(known: SshConfig): SshRoute {
    if (sharing) {
      sharing = false;
      options.notify?.(
        `ssh cannot share a connection to ${alias} here, so each command logs in again, which takes longer.`,
      );
    }
    return route(known, undefined);
  }

  async function logIn(known: SshConfig, controlPath: string, signal: AbortSignal | undefined): Promise<void> {
    const argv = [...destinationArguments(options, masterOptions(known, { controlPath, mayAsk: interactive })), "true"];
    const watch = options.watchLogin?.();
    const end = await runClient(argv, {
      interactive,
      hear: options.hear,
      silent: watch?.silent,
      leavesProcess: true,
      log: options.log,
      signal,
      ...defined({ limitMs: interactive ? undefined : limitMs }),
    })
      .finally(watch?.over)
      .catch((cause) => {
        if (!isHpcnbError(cause, "HPCNB_TIMEOUT")) throw cause;
        throw new HpcnbError(
          "HPCNB_SSH",
          `Logging in to ${wellKnownName(alias, known)} did not end: ${cause.message}`,
          {
            cause,
            hint: `See what \`${sshCommand(alias)}\` does in a terminal.`,
            transient: true,
          },
        );
      });
    if (end.code === 0 && (await listens(controlPath))) return;
    // A server that ends the connection with its last session has still let us in.
    if (end.code === 0 || isAboutSharing(end.stderr)) {
      doWithout(known);
      return;
    }
    if (end.code !== 255) {
      // The connection would make the next command fail in other words.
      await endConnection(controlPath, loginLimitMs);
      throw shellFailure(`${end.stderr}\n${end.stdout}`, { destination: alias, who: wellKnownName(alias, known) });
    }
    const unshared = clientOptions(known, { controlPath: undefined, mayAsk: false });
    const said = await wordsOfFailure(end, [...destinationArguments(options, unshared), "true"], loginLimitMs);
    // What was heard at the terminal stands there already.
    const isHeard = interactive && options.hear !== undefined && said === end.stderr;
    throw sshFailure(said, { destination: alias, who: wellKnownName(alias, known), isHeard });
  }
}

/** Ends a shared connection, for all who use it. */
export async function endConnection(controlPath: string, limitMs: number): Promise<void> {
  await runClient(controlArguments(controlPath, ["-O", "exit"]), { interactive: false, limitMs });
}

/** For messages: the alias, and the host that it stands for. */
export function wellKnownName(alias: string, { hostname }: SshConfig): string {
  return hostname === "" || hostname === alias ? alias : `${alias} (${hostname})`;
}

/** A `Match exec` of the user's may take its time. */
export async function readConfig(destination: Destination, signal?: AbortSignal, log?: Log): Promise<SshConfig> {
  const end = await runClient(configArguments(destination), { interactive: false, limitMs: loginLimitMs, log, signal });
  if (end.code !== 0) throw sshFailure(end.stderr, { destination: destination.alias });
  return parseSshConfig(end.stdout);
}

/** ssh could not make its socket: no such thing on this file system or in this build of it. */
function isAboutSharing(stderr: string): boolean {
  return /unix_listener|muxserver|ControlPath|ControlSocket|too long for Unix domain socket/.test(stderr);
}
