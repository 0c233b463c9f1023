export * from "./direct.js";
export { becomeKeeper } from "./keeper/become-keeper.js";
export {
  type ConnectorOptions,
  closeConnectionOf,
  connectionOf,
  createConnector,
  whyClosed,
} from "./keeper/connector.js";
export type { KeeperRequest } from "./keeper/protocol.js";
export { createLocalHost } from "./local-host.js";
export { type SshConfigBlockRequest, sshConfigBlock } from "./ssh/config-block.js";
export type { SshOptions } from "./ssh/connection.js";
export { createSshHost, isSshHost, type SshHost } from "./ssh/host.js";
export { jumpTunnel, loginForwardTunnel } from "./ssh/tunnels.js";
