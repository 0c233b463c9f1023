export { isSshHost, type LoginWatch } from "@hpcnb/host";
export { closeConnectionOf, connectionOf, sshConfigBlock, whyClosed } from "@hpcnb/tunnel";
export { type Check, examine, type Finding } from "./doctor/examine.js";
export { type Examined, hostChecks } from "./doctor/host.js";
export { jobCheck } from "./doctor/job.js";
export { machineCheck, portCheck } from "./doctor/machine.js";
export { tunnelCheck } from "./doctor/tunnel.js";
export { findSessionFile } from "./find-session.js";
export { createHosts } from "./hosts.js";
export { aliasPattern, sshAliases } from "./init/aliases.js";
export { type Findings, type FoundPython, lookAround, parseFindings, parseModules } from "./init/findings.js";
export { type FoundScheduler, schedulerOf } from "./init/schedulers.js";
export {
  type KnownSession,
  knownSessions,
  rememberEnd,
  rememberedRuns,
  rememberSession,
  type Warn,
} from "./known-sessions.js";
export { loadSession } from "./load-session.js";
export { findStart, type LogFile, pieceSize, readPiece } from "./logs/log-pieces.js";
export { LogReader, type LogSource } from "./logs/many-logs.js";
export { writeRedirect } from "./notebook-page.js";
export { foreignHand } from "./plugins/foreign-hands.js";
export { connectCommand, parseAddress } from "./session-address.js";
export { withSharedStatus } from "./shared-status.js";
export { loadValidSession, type SessionPlugins, type ValidSession } from "./valid-session.js";
export { exportedVariables, secretLooking } from "./variables.js";
export { venvProblems } from "./venv-problems.js";
export { endedStepsOf, endStepsOf } from "./views/end-steps.js";
export { describeRegistered } from "./views/registered.js";
export { isAlive, momentsOf, type StatusView, statusView, viewFromHere } from "./views/status-view.js";
export { type Step, stepsOf } from "./views/steps.js";
