import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createCommandScheduler, systemClock } from "@hpcnb/core";
import { createWaitUntil, pluginConformance, recordingHost, schedulerConformance } from "@hpcnb/core/testing";
import { createLocalHost } from "@hpcnb/host";
import tsp, { tspDialect } from "../src/index.js";

const execute = promisify(execFile);

describe("hpcnb-adapter-tsp", function () {
  this.timeout("2m");

  pluginConformance(
    { describe, it },
    { plugin: tsp, kind: "scheduler", packageJson: new URL("../package.json", import.meta.url) },
  );

  schedulerConformance(
    { describe, it },
    {
      name: "task-spooler 1.0.1",
      capabilities: { explain: false, hold: false, suspend: false, requeue: false, preempt: false },
      lacks: tsp.scheduler?.lacks,
      create: async () => {
        const directory = await mkdtemp(join(tmpdir(), "hpcnb-tsp-"));
        const socket = join(directory, "socket");
        const host = recordingHost(createLocalHost());
        const ask = (...argv: string[]) => execute("tsp", argv, { env: { ...process.env, TS_SOCKET: socket } });
        await ask("-S", "20");
        return {
          scheduler: createCommandScheduler(host, tspDialect({ socket })),
          host,
          directory,
          waitUntil: createWaitUntil({ clock: systemClock, limitMs: 60_000, pauseMs: 50 }),
          unknownId: "4711",
          rejectedJob: (job) => ({ ...job, resources: { native: ["--no-such-option"] } }),
          sent: () => host.sent(),
          occupy: async () => {
            await ask("-S", "1");
            const { stdout: sleeper } = await ask("sleep", "600");
            return async () => {
              await ask("-k", sleeper.trim());
              await ask("-S", "20");
            };
          },
          // A directory in the place of the socket: nothing can answer there, and jobs go on.
          breakAnswers: async () => {
            await rename(socket, `${socket}.away`);
            await mkdir(socket);
            return async () => {
              await rmdir(socket);
              await rename(`${socket}.away`, socket);
            };
          },
          dispose: async () => {
            await ask("-K");
            await rm(directory, { recursive: true });
          },
        };
      },
    },
  );
});
