export * from "./expect-failure.js";
export * from "./plugin.js";
export * from "./readiness.js";
export * from "./recording-host.js";
export * from "./scheduler/index.js";
export * from "./simulated-clock.js";
export type * from "./test-functions.js";
export * from "./tunnel.js";
export * from "./wait-until.js";
