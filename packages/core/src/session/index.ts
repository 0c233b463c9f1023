export type { JobTimes } from "../job-times.js";
export { type BringUpOptions, bringUp, type SessionUp } from "./bring-up.js";
export { answeringNotebook, type Connected, connect } from "./connect.js";
export type { RememberedRun, SessionContext } from "./context.js";
export { arraysOf, lastEngine, logOf } from "./engine-arrays.js";
export { type EngineCounts, type EngineFacts, isRegistered } from "./engines.js";
export { isGone, type JobFacts, jobsIn, type SessionJobs } from "./job-facts.js";
export { jobName } from "./job-names.js";
export * from "./layout.js";
export { advance, type Wanted } from "./life-cycle.js";
export { findNotebookDirectory } from "./notebook-directory.js";
export { lookAt, openTracker } from "./open-session.js";
export { renewToken } from "./renew-token.js";
export { type GroupChange, scale } from "./scale.js";
export { askedEngines, clusterOf, type JobRecord, readRecord, type SessionRecord } from "./session-record.js";
export type { SessionEnd } from "./session-schema.js";
export {
  enginesIn,
  initialState,
  isAlive,
  jobsThatCount,
  type Loss,
  type Phase,
  type SessionEvent,
  type SessionState,
} from "./session-state.js";
export { type DryRunJob, dryRun } from "./start-run.js";
export { nameOfState } from "./state-name.js";
export { type Stray, type Strays, whyNoRecord } from "./strays.js";
export { type TakenDown, takeDown } from "./take-down.js";
export { engineTimes, jobTimes, notebookTimes } from "./times.js";
export { Tracker } from "./tracker.js";
export { type TroubledEngine, troubledEngines, withLogs } from "./troubled-engines.js";
export { waitForEngines } from "./wait-for-engines.js";
export { type Look, watch } from "./watch.js";
export type * from "./workload.js";
