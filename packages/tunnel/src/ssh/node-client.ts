import { randomBytes } from "node:crypto";
import { type Endpoint, HpcnbError, throwIfAborted } from "@hpcnb/core";
import {
  aliveIntervalSeconds,
  bootstrap,
  checkNode,
  forwardArgument,
  nodeConnectTimeoutSeconds,
  noForwardings,
  readRemoteOutput,
  remoteCommand,
  type SshConnection,
  sshCommand,
  sshFailure,
  startClient,
  untilReady,
} from "@hpcnb/host/ssh";
import { type Forwarding, forwardingLimitMs, lateness } from "./forwarding.js";
import { targetOn } from "./jump.js";

/**
 * On the submit node: an ssh to the node, forwarding from a socket in a directory that only this
 * user may enter. It stays until its standard input ends, which a remote `cat` sees; the word that
 * `cat` is preceded by says that the node was reached. The ssh of the submit node is the user's
 * there, with its keys and configuration, and is asked for no forwarding but this one.
 */
const clientScript = `
umask 077
directory=$(mktemp -d "\${XDG_RUNTIME_DIR:-/tmp}/hpcnb-XXXXXXXX" 2>/dev/null || mktemp -d /tmp/hpcnb-XXXXXXXX) || exit 1
trap 'rm -f "$directory/s"; rmdir "$directory"' EXIT
trap 'exit 1' HUP INT TERM
printf '%s\\n' "$directory/s"
ssh -T -S none -o ControlMaster=no -o BatchMode=yes -o ConnectTimeout=${nodeConnectTimeoutSeconds} -o ServerAliveInterval=${aliveIntervalSeconds} -L "$directory/s:$2" -- "$1" "echo $3; exec cat"
`;

/**
 * A socket on the submit node that leads to the notebook. @throws HPCNB_TUNNEL with what the ssh
 * there said.
 */
export async function openNodeClient(
  connection: SshConnection,
  endpoint: Endpoint,
  signal?: AbortSignal,
): Promise<Forwarding> {
  const { host: node } = endpoint;
  checkNode(node);
  const route = await connection.open(signal);
  const reached = `reached-${randomBytes(6).toString("hex")}`;
  const [, far = ""] = /^:(.*)$/s.exec(forwardArgument("", targetOn(endpoint))) ?? [];
  const command = remoteCommand(["sh", "-c", clientScript, "sh", node, far, reached]);
  const client = startClient([...route.client(noForwardings), bootstrap], command.line);
  const output = () => readRemoteOutput({ stdout: client.stdout(), stderr: client.stderr() }, command.marker);
  const outcome = await untilReady(client, () => output().stdout.includes(`${reached}\n`), {
    limitMs: forwardingLimitMs,
    signal,
  });
  const [socket = ""] = output().stdout.split("\n");
  if (outcome !== "ready" || !socket.startsWith("/")) {
    await client.stop();
    throwIfAborted(signal);
    const { stderr, processGroup, around } = output();
    const late = lateness(outcome);
    if (processGroup === undefined) throw sshFailure(around, { destination: connection.alias, ...late });
    const cause = sshFailure(stderr, { destination: node, who: node, code: "HPCNB_TUNNEL", ...late });
    throw new HpcnbError("HPCNB_TUNNEL", `From ${connection.alias}: ${cause.message}`, {
      cause,
      hint: `Try on ${connection.alias}: ${sshCommand(node)}. It must work there without a question.`,
      transient: cause.transient,
    });
  }
  return {
    socket,
    ended: client.ended.then(() => `The way from ${connection.alias} to ${node} ended: ${output().stderr.trim()}`),
    close: () => client.stop(),
  };
}
