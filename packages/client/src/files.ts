/**
 * What this machine alone can tell of sessions: for commands that meet no host, and are to start as
 * fast as can be.
 */
export { findSessionFile } from "./find-session.js";
export {
  type KnownSession,
  knownSessions,
  rememberEnd,
  rememberedRuns,
  rememberSession,
  type Warn,
} from "./known-sessions.js";
export { foreignHand } from "./plugins/foreign-hands.js";
export { type ListedPlugin, listPlugins } from "./plugins/list-plugins.js";
export { createPluginLoader, type PluginLoader } from "./plugins/load-plugin.js";
export { schemaOfFile } from "./plugins/session-schema.js";
export { type AskTrust, createTrust, type UntrustedCode } from "./plugins/trust.js";
export { connectCommand, forwardCommand, parseAddress } from "./session-address.js";
export { findSites } from "./sites.js";
export { loadValidSession, type SessionPlugins, type ValidSession } from "./valid-session.js";
export { exportedVariables, secretLooking } from "./variables.js";
export { venvProblems } from "./venv-problems.js";
export { viewSession } from "./views/session-view.js";
