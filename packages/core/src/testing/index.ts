export * from "./simulated-clock.js";
export * from "./wait-until.js";
