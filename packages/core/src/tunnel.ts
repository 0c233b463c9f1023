import type { Clock } from "./clock.js";
import type { Host } from "./host.js";

/** Where the notebook server listens, as its own host sees it. */
export type Endpoint =
  | { readonly kind: "socket"; readonly host: string; readonly path: string }
  | { readonly kind: "port"; readonly host: string; readonly address: string; readonly port: number };

/**
 * A way from a port on 127.0.0.1 of the user's machine to the notebook's endpoint.
 *
 * A tunnel is opened inside the keeper, a background process that lives on after the command that started it.
 * It only ever listens on 127.0.0.1.
 */
export interface Tunnel {
  /** Shown by `status`: "direct", "jump", ... */
  readonly kind: string;

  /**
   * May begin with what leads to a host, before it is known where the notebook will listen on it. What fails here is left to `open` to tell,
   * and what is not used ends by itself.
   */
  prepare?(host: string): Promise<void>;

  /**
   * Starts to forward `localPort` to `endpoint`. Resolves once the local port accepts connections and the endpoint was
   * reached through it.
   * @throws HPCNB_PORT_TAKEN when the local port is in use, HPCNB_TUNNEL when the endpoint cannot be reached this way. Nothing
   *   listens any more then, and another kind may be tried.
   */
  open(endpoint: Endpoint, localPort: number, signal?: AbortSignal): Promise<OpenTunnel>;
}

export interface OpenTunnel {
  /** Settles when the tunnel ends by itself, with the reason; never rejects. */
  readonly closed: Promise<string>;
  close(): Promise<void>;
}

export interface TunnelContext {
  readonly host: Host;
  readonly clock: Clock;
}
