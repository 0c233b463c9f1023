import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "@hpcnb/core";
import { createWaitUntil, schedulerConformance } from "@hpcnb/core/testing";
import local from "../src/index.js";
import { createMachine } from "./machine.js";

schedulerConformance(
  { describe, it },
  {
    name: "this machine",
    // Jobs never wait for each other nor are they held, and what is sent to submit one is a program
    // for Python with its request.
    capabilities: {
      occupy: false,
      explain: false,
      hold: false,
      commands: false,
      suspend: false,
      requeue: false,
      preempt: false,
    },
    lacks: local.scheduler?.lacks,
    create: async () => {
      const machine = await createMachine();
      const directory = join(machine.directory, "jobs");
      await mkdir(directory);
      return {
        scheduler: machine.scheduler,
        host: machine.host,
        waitUntil: createWaitUntil({ clock: systemClock, limitMs: 60_000, pauseMs: 50 }),
        directory,
        unknownId: "4711",
        rejectedJob: (job) => ({ ...job, workingDirectory: join(directory, "missing") }),
        breakAnswers: async () => {
          const { PATH } = process.env;
          const empty = join(machine.directory, "empty");
          await mkdir(empty, { recursive: true });
          process.env.PATH = empty;
          return async () => {
            process.env.PATH = PATH;
          };
        },
        dispose: () => machine.dispose(),
      };
    },
  },
);
