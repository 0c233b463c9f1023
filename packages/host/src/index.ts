export { createLocalHost } from "./local/host.js";
export { namesIn, runtimeDirectories, runtimeDirectory } from "./runtime-directory.js";
export { endConnection, type LoginWatch, type SshOptions } from "./ssh/connection.js";
export { createSshHost, isSshHost, type SshHost } from "./ssh/host.js";
