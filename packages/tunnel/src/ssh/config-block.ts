import { type Endpoint, HpcnbError } from "@hpcnb/core";
import { aliveIntervalSeconds, checkAlias, checkNode, type Target, targetProblem } from "@hpcnb/host/ssh";

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

/**
 * A block for ~/.ssh/config that forwards the port as the tunnel "jump" does, for people who want
 * plain ssh. A line break in one of its words would be a line of that file, and lines can name
 * programs: nothing gets in unchecked.
 * @throws HPCNB_TUNNEL, HPCNB_BAD_ARGUMENTS
 */
export function sshConfigBlock({ name, alias, user, endpoint, localPort }: SshConfigBlockRequest): string {
  checkAlias(name);
  checkAlias(alias);
  checkNode(endpoint.host);
  if (user !== undefined) checkUser(user);
  const lines = [
    `HostName ${endpoint.host}`,
    ...(user === undefined ? [] : [`User ${user}`]),
    `ProxyJump ${alias}`,
    `LocalForward 127.0.0.1:${localPort} ${argument(targetOf(endpoint))}`,
    "ExitOnForwardFailure yes",
    `ServerAliveInterval ${aliveIntervalSeconds}`,
  ];
  return `Host ${name}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function targetOf(endpoint: Endpoint): string {
  const isSocket = endpoint.kind === "socket";
  const target = isSocket ? { path: endpoint.path } : { host: endpoint.address, port: endpoint.port };
  const problem = targetProblem(target) ?? unspellable(target);
  if (problem !== undefined) {
    throw new HpcnbError("HPCNB_TUNNEL", `No ssh configuration can lead to ${JSON.stringify(target)}: ${problem}.`);
  }
  if (isSocket) return endpoint.path;
  return endpoint.address.includes(":")
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
}

function checkUser(user: string): void {
  if (/^(?!-)[^\s\p{C}"#%$'`;&<>|(){}]+$/u.test(user)) return;
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${JSON.stringify(user)} cannot be a user's name for ssh.`);
}

/** Versions of OpenSSH differ in how these are written in a path. */
function unspellable(target: Target): string | undefined {
  return "path" in target && /["\\:]/.test(target.path) ? 'the path has one of " \\ : in it' : undefined;
}

function argument(text: string): string {
  return /[\s#']/.test(text) ? `"${text}"` : text;
}
