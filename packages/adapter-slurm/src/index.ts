import { createCommandScheduler, definePlugin } from "@hpcnb/core";
import { slurmDialect } from "./dialect.js";
import { optionsSchema, resourcesSchema, type SlurmOptions } from "./options.js";

export { slurmDialect } from "./dialect.js";
export type { SlurmOptions } from "./options.js";

/** Slurm, 20.11 and newer. */
export default definePlugin({
  apiVersion: 1,
  name: "slurm",
  scheduler: {
    optionsSchema,
    resourcesSchema,
    create: ({ host, options }) => createCommandScheduler(host, slurmDialect(options as SlurmOptions)),
  },
});
