import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createCommandScheduler,
  type Host,
  type JobHistory,
  type JobId,
  type JobSpec,
  type Scheduler,
} from "@hpcnb/core";
import { createLocalHost } from "@hpcnb/host";
import { until } from "../../../test/support/until.js";
import { type LocalOptions, localDialect } from "../src/dialect.js";

/**
 * In the environment of every process that a test causes, also of one that left its parents behind.
 */
const markName = "HPCNB_TEST_MARK";

/** "Killed" of dash, "script: line 1: 4711 Killed  sleep 60" of bash. */
const shellsWords = /^(.*: line \d+: +\d+ )?(Killed|Terminated)\b.*\n/gm;

/** A spool of its own, and the means to see what really runs. */
export interface Machine {
  readonly host: Host;
  /** With spaces, quotes and letters beyond ASCII in its name. */
  readonly directory: string;
  readonly spool: string;
  readonly scheduler: Scheduler;
  withOptions(options: LocalOptions): Scheduler;
  job(script: string, more?: Partial<JobSpec>): JobSpec;
  /**
   * What a job printed, without what a shell adds on its own when one of its children is killed
   * before it.
   */
  read(name: string): Promise<string>;
  /** How the job ended, once it has. */
  ended(id: JobId, name?: string): Promise<JobHistory>;
  /** Ids of all living processes of this test but its own. */
  processes(): Promise<number[]>;
  /** Fails when something still runs, and ends it. */
  dispose(): Promise<void>;
}

export async function createMachine(): Promise<Machine> {
  const mark = randomUUID();
  process.env[markName] = mark;
  const directory = await mkdtemp(join(tmpdir(), `hpcnb "local" job's é漢 `));
  const spool = join(directory, "spool");
  const host = createLocalHost();
  const withOptions = (options: LocalOptions) => createCommandScheduler(host, localDialect({ spool, ...options }));
  const scheduler = withOptions({});

  const machine: Machine = {
    host,
    directory,
    spool,
    scheduler,
    withOptions,
    job: (script, more = {}) => ({
      name: "a job",
      script: `#!/bin/sh\n${script}\n`,
      workingDirectory: directory,
      output: join(directory, more.tasks === undefined ? "out" : "out.{task}"),
      resources: {},
      ...more,
    }),
    read: async (name) => (await readFile(join(directory, name), "utf8")).replace(shellsWords, ""),
    ended: async (id, name = "a job") => {
      let history: JobHistory | undefined;
      await until(async () => {
        history = await scheduler.history({ id, name });
        return history !== undefined;
      });
      return history as JobHistory;
    },
    processes: () => markedProcesses(mark),
    dispose: async () => {
      let left: number[] = [];
      const isQuiet = async () => {
        left = await markedProcesses(mark);
        return left.length === 0;
      };
      try {
        // A supervisor is in its last moments when its job is no longer listed.
        await until(isQuiet);
      } finally {
        for (const pid of left) process.kill(pid, "SIGKILL");
        delete process.env[markName];
        await rm(directory, { recursive: true });
      }
    },
  };
  return machine;
}

async function markedProcesses(mark: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const isMarked = await Promise.all(
    pids.map(async (pid) => {
      try {
        return (
          pid !== process.pid && (await readFile(`/proc/${pid}/environ`, "latin1")).includes(`${markName}=${mark}`)
        );
      } catch {
        // It ended meanwhile, or belongs to somebody else.
        return false;
      }
    }),
  );
  return pids.filter((_, index) => isMarked[index]);
}
