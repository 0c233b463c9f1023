import { createCommandScheduler, definePlugin } from "@hpcnb/core";
import { gridEngineDialect } from "./dialect.js";
import type { GridEngineOptions } from "./options.js";
import { optionsSchema, resourcesSchema } from "./options.js";

export { gridEngineDialect } from "./dialect.js";
export type { GridEngineOptions } from "./options.js";

/** Grid Engine in all its variants: Sun, Son of, Some, Open Cluster Scheduler, Univa, Altair. */
export default definePlugin({
  apiVersion: 1,
  name: "sge",
  scheduler: {
    optionsSchema,
    resourcesSchema,
    create: ({ host, options }) => createCommandScheduler(host, gridEngineDialect(options as GridEngineOptions)),
  },
});
