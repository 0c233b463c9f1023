import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCommandScheduler, systemClock } from "@hpcnb/core";
import { createWaitUntil, pluginConformance, recordingHost, schedulerConformance } from "@hpcnb/core/testing";
import { createLocalHost } from "@hpcnb/host";
import plugin, { acmeDialect } from "../src/index.js";

/** A program `acme` stands here for the real one, until you take it away. */
const fake = fileURLToPath(new URL("fake", import.meta.url));

describe("hpcnb-adapter-acme", function () {
  this.timeout("2m"); // for one test; more than the limit of waitUntil
  const { PATH } = process.env;

  before(() => {
    process.env.PATH = `${fake}${delimiter}${PATH}`;
  });
  after(() => {
    process.env.PATH = PATH;
  });

  pluginConformance(
    { describe, it },
    { plugin, kind: "scheduler", packageJson: new URL("../package.json", import.meta.url) },
  );

  schedulerConformance(
    { describe, it },
    {
      name: "Acme, a fake",
      capabilities: { hold: false, suspend: false, requeue: false, preempt: false }, // what cannot be tried here
      lacks: plugin.scheduler?.lacks,
      create: async () => {
        const host = recordingHost(createLocalHost());
        const directory = await mkdtemp(join(tmpdir(), "hpcnb-acme-"));
        const spool = join(directory, "spool");
        await mkdir(spool);
        process.env.ACME_SPOOL = spool;
        return {
          scheduler: createCommandScheduler(host, acmeDialect),
          host,
          directory,
          waitUntil: createWaitUntil({ clock: systemClock, limitMs: 60_000, pauseMs: 50 }),
          unknownId: "4711",
          rejectedJob: (job) => ({ ...job, resources: { native: ["--no-such-option"] } }),
          sent: () => host.sent(),
          occupy: async () => {
            const busy = join(spool, "busy");
            await mkdir(busy);
            return () => rm(busy, { recursive: true });
          },
          breakAnswers: async () => {
            process.env.ACME_SPOOL = "/nowhere";
            return async () => {
              process.env.ACME_SPOOL = spool;
            };
          },
          dispose: () => rm(directory, { recursive: true }),
        };
      },
    },
  );
});
