/** What a tunnel by ssh is made of. */
export { pythonArgv } from "../python-program.js";
export {
  aliveIntervalSeconds,
  checkAlias,
  checkNode,
  clientOptions,
  controlArguments,
  destinationArguments,
  forwardArgument,
  masterOptions,
  nodeConnectTimeoutSeconds,
  noForwardings,
  option,
  proxyCommand,
  sshCommand,
  type Target,
  targetProblem,
} from "./arguments.js";
export { runClient, wordsOfFailure } from "./client.js";
export { startClient, untilReady } from "./client-process.js";
export { parseSshConfig } from "./config.js";
export { loginLimitMs, readConfig, type SshConnection, type SshRoute } from "./connection.js";
export { leaseConnection, listens } from "./control-socket.js";
export { sshFailure } from "./failure.js";
export { bootstrap, readRemoteOutput, remoteCommand } from "./remote-command.js";
export { runRemotely } from "./run.js";
