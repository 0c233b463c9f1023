import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Clock, HpcnbError, isHpcnbError, systemClock, type Tunnel } from "@hpcnb/core";
import { kindLimitMs } from "./attempt.js";
import { serveControl } from "./control.js";
import { openAgain } from "./heal.js";
import { writeNote } from "./note.js";
import { type First, openFirst } from "./open-first.js";
import { type LocalPort, openPort } from "./port.js";
import {
  doorPath,
  type Failure,
  factsOf,
  type KeeperRequest,
  type KeeperStatus,
  logPath,
  notePath,
  type OpenStatus,
  type TunnelChoice,
} from "./protocol.js";

/** Ignores requests to retry for this long after a failed attempt. */
const nudgeEveryMs = 5_000;

/** A port is held this long after its tunnel was given up, while nobody asks for it. */
const holdLimitMs = 14 * 24 * 3_600_000;

export interface KeeperOptions {
  readonly clock?: Clock;
  /** Ends it, as a "stop" does. */
  readonly signal?: AbortSignal;
  /** For each kind of tunnel to open. */
  readonly limitMs?: number;
}

export interface RunningKeeper {
  readonly status: OpenStatus;
  /** Settles when the keeper has let go of everything. */
  readonly ended: Promise<void>;
}

/** The tunnels to try for a request, in order. */
export type TunnelsFor = (request: KeeperRequest) => Promise<readonly Tunnel[]>;

/**
 * Takes a port, opens the first tunnel that works behind it, and answers questions about it until
 * it is told to stop, from the beginning. A tunnel that ends by itself is opened again. The port is
 * held all the time, also after that was given up.
 * @throws when the first tunnel cannot be opened; nothing is held then.
 */
export async function serveKeeper(
  request: KeeperRequest,
  tunnelsFor: TunnelsFor,
  options: KeeperOptions = {},
): Promise<RunningKeeper> {
  const keeper = new Keeper(request, tunnelsFor, options);
  return new Promise((resolve, reject) => {
    const ended = keeper.run((status) => resolve({ status, ended }));
    ended.catch(reject);
  });
}

class Keeper {
  #wanted: KeeperRequest;
  #status: KeeperStatus;
  #controlSocket: string;
  #port: LocalPort | undefined;
  /**
   * Belongs to the present state: opening, whole, healing or waiting. It aborts when something else
   * is wanted.
   */
  #round = new AbortController();
  #lastTry: number;
  /** Another keeper has its place: the files there are not its own any more. */
  #isReplaced = false;
  readonly #told = new AbortController();
  readonly #stopping: AbortSignal;
  readonly #nudges = new EventTarget();
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #tunnelsFor: TunnelsFor;

  constructor(request: KeeperRequest, tunnelsFor: TunnelsFor, { clock, signal, limitMs }: KeeperOptions) {
    this.#wanted = request;
    this.#controlSocket = request.controlSocket;
    this.#status = { ...factsOf(request), state: "opening" };
    this.#tunnelsFor = tunnelsFor;
    this.#clock = clock ?? systemClock;
    this.#limitMs = limitMs ?? kindLimitMs;
    this.#lastTry = this.#clock.now();
    this.#stopping = AbortSignal.any([this.#told.signal, ...(signal ? [signal] : [])]);
  }

  /**
   * Resolves when it has let go of everything. @throws when its first tunnel could not be opened.
   */
  async run(onFirst: (status: OpenStatus) => void): Promise<void> {
    const control = await serveControl(this.#controlSocket, {
      status: () => this.#status,
      open: (request) => this.#want(request),
      address: (login) => this.#port?.oneTimeAddress(login),
      isVisited: (address) => this.#port?.isVisited(address) === true,
      stop: () => this.#told.abort(),
      onMoved: (path) => this.#move(path),
      onTrouble: (what, error) => this.#complain(what, error),
      onReplaced: () => {
        this.#isReplaced = true;
        this.#told.abort();
      },
    });
    try {
      const why = await this.#live(onFirst);
      this.#writeLog(why);
    } catch (error) {
      this.#writeLog(undefined);
      throw this.#stopping.aborted ? stoppedEarly() : error;
    } finally {
      await this.#port?.close({ leavesDoor: this.#isReplaced });
      if (!this.#isReplaced) rmSync(notePath(this.#controlSocket), { force: true });
      await control.close();
    }
  }

  /**
   * Resolves when it was told to stop, or with why it has held a port long enough that leads
   * nowhere.
   */
  async #live(onFirst: (status: OpenStatus) => void): Promise<string | undefined> {
    this.#writeNote();
    const port = await openPort(this.#wanted.localPort, this.#clock);
    this.#port = port;
    this.#writeNote();
    await port.openDoor(doorPath(this.#controlSocket));
    let broken: (Omit<First, "opened"> & { readonly why: string }) | undefined;
    for (let isFirst = true; ; isFirst = false) {
      this.#round = new AbortController();
      const round = AbortSignal.any([this.#stopping, this.#round.signal]);
      let first: First;
      try {
        first = broken ? await this.#heal(broken, round) : await this.#open(round);
      } catch (error) {
        if (isFirst) throw error;
        broken = undefined;
        if (!this.#round.signal.aborted && !this.#stopping.aborted) await this.#hold(error, round);
        if (this.#stopping.aborted) return undefined;
        if (!this.#round.signal.aborted) return failureOf(error).message;
        continue;
      }
      const whole: OpenStatus = { ...this.#place(first), state: "open" };
      port.leadTo(first.opened.address);
      this.#status = whole;
      if (isFirst) onFirst(whole);
      const why = await Promise.race([first.opened.closed, ended(round)]);
      port.leadNowhere("The tunnel broke, and is being opened again.");
      broken = round.aborted ? undefined : { ...first, why };
      if (broken) this.#status = { ...this.#place(first), state: "healing", since: now(), why };
      await first.opened.close();
      if (this.#stopping.aborted) return undefined;
    }
  }

  async #open(signal: AbortSignal): Promise<First> {
    return openFirst(this.#wanted, await this.#tunnelsFor(this.#wanted), {
      signal,
      clock: this.#clock,
      limitMs: this.#limitMs,
    });
  }

  async #heal({ tunnel, failures, why }: Omit<First, "opened"> & { why: string }, signal: AbortSignal): Promise<First> {
    const since = now();
    const tell = (reason: string) => {
      this.#lastTry = this.#clock.now();
      this.#status = { ...this.#place({ tunnel, failures }), state: "healing", since, why: reason };
    };
    tell(why);
    const { endpoint } = this.#wanted;
    const opened = await openAgain(() => tunnel.open(endpoint, signal), {
      clock: this.#clock,
      signal,
      nudges: this.#nudges,
      onFailure: ({ message }) => tell(message),
    });
    return { tunnel, failures, opened };
  }

  /** Keeps the port from everybody else, until somebody wants a tunnel again. */
  async #hold(error: unknown, signal: AbortSignal): Promise<void> {
    const status = this.#status;
    const failure = failureOf(error);
    this.#port?.leadNowhere("The tunnel was given up.");
    const { kind, failures } =
      "kind" in status ? status : { kind: this.#wanted.tunnels[0]?.name ?? "none", failures: [] };
    this.#status = { ...this.#place({ tunnel: { kind }, failures }), state: "closed", since: now(), failure };
    await this.#clock.sleep(holdLimitMs, signal).catch(() => {});
  }

  /** Something that is being done for the same is left to go on. */
  #want(request: KeeperRequest): void {
    const { run, endpoint } = this.#wanted;
    const isSame =
      request.run === run && isDeepStrictEqual(request.endpoint, endpoint) && this.#offers(request.tunnels);
    if (isSame && this.#status.state !== "closed") {
      const { times = this.#wanted.times } = request;
      this.#wanted = { ...this.#wanted, times };
      this.#status = { ...this.#status, times };
      if (this.#clock.now() - this.#lastTry >= nudgeEveryMs) this.#nudges.dispatchEvent(new Event("retry"));
      return;
    }
    // The first tunnel is somebody else's who waits for it.
    if (this.#status.state === "opening") return;
    this.#wanted = { ...request, controlSocket: this.#controlSocket };
    this.#status = { ...factsOf(this.#wanted), state: "opening" };
    this.#writeNote();
    this.#round.abort();
  }

  /** Whether what is open now is among the tunnels that are wanted. */
  #offers(tunnels: readonly TunnelChoice[]): boolean {
    const kind = "kind" in this.#status ? this.#status.kind : undefined;
    // hpcnb's own have no options, and their names are their kinds.
    const isOpen = tunnels.some(({ name, path }) => path === undefined && name === kind);
    return isOpen || isDeepStrictEqual(tunnels, this.#wanted.tunnels);
  }

  #place({ tunnel, failures }: Pick<First, "failures"> & { readonly tunnel: Pick<Tunnel, "kind"> }) {
    const { number: port } = this.#port ?? { number: 0 };
    return {
      ...factsOf(this.#wanted),
      kind: tunnel.kind,
      failures: [...failures],
      port,
      door: doorPath(this.#controlSocket),
    };
  }

  /** The sockets of its tunnel were in the directory that has gone, too. */
  #move(path: string): void {
    this.#controlSocket = path;
    this.#wanted = { ...this.#wanted, controlSocket: path };
    if (this.#status.state !== "opening") {
      this.#status = { ...factsOf(this.#wanted), state: "opening" };
      this.#round.abort();
    }
    this.#writeNote();
    this.#port?.openDoor(doorPath(path)).catch((error) => this.#complain(`${path} has no door`, error));
  }

  /** Without it the keeper does all that it does, but cannot be ended by others if it hangs. */
  #writeNote(): void {
    const { run, host, sessionFile } = this.#wanted;
    const port = this.#port?.number;
    try {
      writeNote(this.#controlSocket, { run, host, sessionFile, port });
    } catch (error) {
      this.#complain("The note beside the control socket cannot be written", error);
    }
  }

  /** Nobody can be told now. The log is for a later search for the cause. */
  #complain(what: string, error: unknown): void {
    try {
      appendFileSync(logPath(this.#controlSocket), `${what}: ${(error as Error).message}\n`, { mode: 0o600 });
    } catch {
      // Its directory is gone or full, which is what was to be told.
    }
  }

  #writeLog(why: string | undefined): void {
    if (this.#isReplaced) return;
    const path = logPath(this.#controlSocket);
    if (why === undefined) rmSync(path, { force: true });
    else writeFileSync(path, `${why}\n`, { mode: 0o600 });
  }
}

function now(): string {
  return new Date().toISOString();
}

function ended(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve("ended"));
    if (signal.aborted) resolve("ended");
  });
}

export function failureOf(error: unknown): Failure {
  if (!isHpcnbError(error)) return { code: "HPCNB_TUNNEL", message: `The keeper failed: ${String(error)}` };
  const { code, message, hint, transient } = error;
  return { code, message, hint, transient };
}

function stoppedEarly(): HpcnbError {
  return new HpcnbError("HPCNB_TUNNEL", "Another command closed the tunnel while it was being opened.", {
    hint: "`hpcnb status` shows whether the session goes on; `hpcnb connect` opens the tunnel then.",
  });
}
