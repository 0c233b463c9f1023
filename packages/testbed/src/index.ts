export { faultNames } from "./faults.js";
export { unsupportedReason } from "./packages.js";
export { hostPaths, nameHere } from "./site.js";
export type { Fault } from "./state.js";
export { leftovers } from "./teardown.js";
export {
  openTestbed,
  type Status,
  startTestbed,
  statusOf,
  stopTestbed,
  type Testbed,
  type TestbedOptions,
} from "./testbed.js";
export { type HookContext, type SuiteHooks, startTestbedFor, useTestbed } from "./use-testbed.js";
