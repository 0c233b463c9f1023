import type { Host } from "./host.js";
import type { PluginContext } from "./plugin-context.js";

/** Where the notebook server listens, as its own host sees it. */
export type Endpoint = OtherWays &
  (
    | { readonly kind: "socket"; readonly host: string; readonly path: string }
    | { readonly kind: "port"; readonly host: string; readonly address: string; readonly port: number }
  );

/** What the notebook job has for tunnels that do not log in to its host. */
export interface OtherWays {
  /** Left out by a job that an older hpcnb started. */
  readonly relay?: RelayAddress;
  /** Its files have the keys of both sides: see `TunnelKeys`. */
  readonly run?: RunFiles;
}

/**
 * A port on the cluster's network that leads a keeper that has the run's keys to the notebook, and
 * says nothing to others. The addresses are the host's names and those of its interfaces: others
 * may not know or reach all of them.
 */
export interface RelayAddress {
  readonly port: number;
  readonly addresses: readonly string[];
}

/** A run, and its directory on the submit node. */
export interface RunFiles {
  readonly id: string;
  /** Absolute. */
  readonly directory: string;
}

/** The kinds of tunnel that hpcnb brings along, in the order in which `auto` tries them. */
export const tunnelKinds = ["jump", "login-forward", "relay", "reverse", "direct"] as const;
export type TunnelKind = (typeof tunnelKinds)[number];

/** Where a local port is looked for first: Jupyter's own default. */
export const firstLocalPort = 8888;

/** A place on this machine to connect to. */
export type LocalAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/**
 * A way from the user's machine to the notebook's endpoint.
 *
 * A tunnel is opened inside the keeper, a background process that lives on after the command that
 * started it. The keeper alone holds the port of 127.0.0.1 that a browser uses, so that nobody else
 * can take it while a tunnel is opened again.
 */
export interface Tunnel {
  /** Shown by `status`: "direct", "jump", ... */
  readonly kind: string;

  /**
   * May begin with what leads to a host, before it is known where the notebook will listen on it.
   * What fails here is left to `open` to tell, and what is not used ends by itself.
   */
  prepare?(host: string): Promise<void>;

  /**
   * Makes a way to `endpoint`. Resolves once the endpoint was reached by it.
   * @throws HPCNB_TUNNEL when the endpoint cannot be reached this way. Nothing is left open then,
   *   and another kind may be tried.
   */
  open(endpoint: Endpoint, signal?: AbortSignal): Promise<OpenTunnel>;
}

export interface OpenTunnel {
  /**
   * Where the way begins: best a Unix socket that only this user can reach, for a port is there for
   * everybody on this machine.
   */
  readonly address: LocalAddress;
  /** Settles when the tunnel ends by itself, with the reason; never rejects. */
  readonly closed: Promise<string>;
  close(): Promise<void>;
}

export interface TunnelContext extends PluginContext {
  /** The submit node, as the keeper reaches it. */
  readonly host: Host;
}
