import type { Endpoint } from "@hpcnb/core";

export interface SshConfigBlockRequest {
  /** The name to type after `ssh -N`; not the node's own, whose other logins stay as they are. */
  readonly name: string;
  /** The submit node, as the user's ssh knows it. */
  readonly alias: string;
  /** The user's name on the cluster, where it differs from the one here. */
  readonly user?: string | undefined;
  readonly endpoint: Endpoint;
  readonly localPort: number;
}

/** A block for ~/.ssh/config that forwards the port as the tunnel "jump" does, for people who want plain ssh. */
export function sshConfigBlock({ name, alias, user, endpoint, localPort }: SshConfigBlockRequest): string {
  const target = endpoint.kind === "socket" ? endpoint.path : `${endpoint.address}:${endpoint.port}`;
  const lines = [
    `HostName ${endpoint.host}`,
    ...(user === undefined ? [] : [`User ${user}`]),
    `ProxyJump ${alias}`,
    `LocalForward 127.0.0.1:${localPort} ${argument(target)}`,
    "ExitOnForwardFailure yes",
    "ServerAliveInterval 15",
  ];
  return `Host ${name}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function argument(text: string): string {
  const escaped = text.replaceAll("%", "%%");
  return /[\s"#]/.test(escaped) ? `"${escaped.replace(/["\\]/g, "\\$&")}"` : escaped;
}
