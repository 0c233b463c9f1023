import { definePlugin } from "@hpcnb/core";
import { createMockScheduler } from "./mock-scheduler.js";
import { type MockOptions, optionsSchema } from "./options.js";

export type { MockControl, Request } from "./control.js";
export { createMockScheduler, type MockScheduler } from "./mock-scheduler.js";
export type { MockOptions, Rejections, Span } from "./options.js";
export type { Start } from "./simulation.js";

export default definePlugin({
  apiVersion: 1,
  name: "mock",
  scheduler: {
    optionsSchema,
    create: ({ clock, options }) => createMockScheduler({ ...(options as Omit<MockOptions, "clock">), clock }),
  },
});
