export * from "./direct.js";
export { becomeKeeper } from "./keeper/become-keeper.js";
export { type ConnectorOptions, createConnector } from "./keeper/connector.js";
export { checkPort } from "./keeper/port.js";
export { type KeeperRequest, markOf, type TunnelChoice } from "./keeper/protocol.js";
export { closeConnectionOf, connectionOf, whyClosed } from "./keeper/session-ref.js";
export { checkForwarding } from "./ssh/check-forwarding.js";
export { type SshConfigBlockRequest, sshConfigBlock } from "./ssh/config-block.js";
export { jumpTunnel, loginForwardTunnel } from "./ssh/tunnels.js";
