import { createCommandScheduler, definePlugin, optionsSchema } from "@hpcnb/core";
import { type LocalOptions, localDialect } from "./dialect.js";

export type { LocalOptions };

/** This machine as a cluster of one: jobs are processes of the user, and there is no daemon. */
export default definePlugin({
  apiVersion: 1,
  name: "local",
  scheduler: {
    lacks: ["queue", "native"],
    optionsSchema: optionsSchema({
      spool: {
        type: "string",
        pattern: "^(/|~/)",
        description: "Directory in which jobs are kept. Default: hpcnb/local-jobs in the user's state directory.",
      },
      slots: {
        type: "integer",
        minimum: 1,
        description: "How many tasks of one job run at the same time. Default: all of them.",
      },
    }),
    create: ({ host, options }) => createCommandScheduler(host, localDialect(options as LocalOptions)),
  },
});
