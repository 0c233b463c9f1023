import { randomBytes } from "node:crypto";
import {
  type CommandResult,
  growingPauses,
  type Host,
  HpcnbError,
  type JobId,
  type JobSpec,
  type Scheduler,
  shellWord,
} from "@hpcnb/core";
import { sessionDirectory } from "@hpcnb/core/session";
import { environmentProbe, judgeEnvironment } from "@hpcnb/jupyter";
import type { Check } from "./examine.js";
import type { Examined } from "./host.js";

/** In the queue, and for what a job that runs has to say. */
const queueLimitMs = 300_000;
const answerLimitMs = 120_000;

/** Between two looks: the scheduler is asked, too. */
const pauses = { firstMs: 250, longestMs: 5_000 };

/** After which a job that is not listed counts as ended: what it wrote last may be seen late. */
const latenessMs = 10_000;

/**
 * A tiny job with the needs of the notebook's, which tells what a node has, and how late it sees
 * files. It is ended in any case.
 */
export function jobCheck(examined: Examined): Check {
  const { session } = examined.context;
  const needs = ["folder", "scheduler", "jobs", ...(session.host === undefined ? [] : ["ssh"])];
  return {
    name: "job",
    needs,
    run: async () => {
      const { host, scheduler } = examined.context;
      const folder = `${sessionDirectory(examined.directory)}/doctor-${randomBytes(4).toString("hex")}`;
      await host.writeFiles([{ path: `${folder}/asked`, text: "asked\n" }], examined.signal);
      try {
        const id = await scheduler.submit(specOf(examined, folder), examined.signal);
        try {
          return await followJob(examined, { folder, id });
        } finally {
          await scheduler.cancel([id]);
        }
      } finally {
        await host.run(["rm", "-rf", "--", folder]);
      }
    },
  };
}

/**
 * It says where it is, waits for an answer of ours, says that it saw it, and looks for Python.
 * Pure.
 */
function specOf({ context: { session }, directory }: Examined, folder: string): JobSpec {
  const script = `#!/usr/bin/env bash
# Written by hpcnb doctor: tells what this host sees, and ends.
cd ${shellWord(folder)} || exit 1
uname -n > here.new && mv here.new here
for try in {1..600}; do
  if [ -s answer ]; then break; fi
  sleep 0.1
done
[ -s answer ] && echo seen > seen.new && mv seen.new seen
( ${environmentProbe(session, directory)}
) > probe.new 2> problem
echo $? > code
mv probe.new probe
`;
  return {
    name: `${session.name}-doctor`,
    script,
    workingDirectory: directory,
    output: `${folder}/log`,
    resources: session.resources,
  };
}

async function followJob(examined: Examined, { folder, id }: { folder: string; id: JobId }) {
  const { context, signal } = examined;
  const { host, session } = context;
  const awaitFile = (name: string, limitMs: number) =>
    waitForFile(examined, { path: `${folder}/${name}`, limitMs, id });
  const node = (await awaitFile("here", queueLimitMs)).trim();
  const begun = performance.now();
  await host.writeFiles([{ path: `${folder}/answer`, text: "answer\n" }], signal);
  await awaitFile("seen", answerLimitMs);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const stdout = await awaitFile("probe", answerLimitMs);
  const [code = "", stderr = ""] = await readAll(host, [`${folder}/code`, `${folder}/problem`], signal);
  const result: CommandResult = { argv: ["bash"], exitCode: Number(code), stdout, stderr };
  const { summary } = judgeEnvironment(result, { where: node, session, directory: examined.directory });
  const text = `job ${id} ran on ${node}; a file there and its answer back took ${seconds} s; ${summary}`;
  return { state: "ok", text } as const;
}

async function readAll(host: Host, paths: readonly string[], signal: AbortSignal): Promise<string[]> {
  return (await host.readFiles(paths, signal)).map((text) => text ?? "");
}

/**
 * @throws HPCNB_TIMEOUT with the scheduler's reason, HPCNB_JOB_ENDED with the job's log when it is
 *   gone.
 */
async function waitForFile(
  { context, signal }: Examined,
  { path, limitMs, id }: { path: string; limitMs: number; id: JobId },
): Promise<string> {
  const { host, scheduler, clock } = context;
  const begun = clock.now();
  let missing: number | undefined;
  const nextPause = growingPauses(pauses);
  for (;;) {
    const [text] = await host.readFiles([path], signal);
    if (text !== undefined && text !== "") return text;
    const now = clock.now();
    missing = (await isListed(scheduler, id, signal)) ? undefined : (missing ?? now);
    if (missing !== undefined && now - missing > latenessMs) throw await ended(host, { path, id, signal });
    if (now - begun > limitMs) {
      const reason = await scheduler.explain(id, signal);
      const why = reason ?? "the scheduler gives no reason";
      throw new HpcnbError("HPCNB_TIMEOUT", `Job ${id} did not get that far in ${limitMs / 1000} s: ${why}`, {
        hint: "It was cancelled. The queue may be full: `resources` in the session file says what is asked for.",
      });
    }
    await clock.sleep(nextPause(), signal);
  }
}

async function isListed(scheduler: Scheduler, id: JobId, signal: AbortSignal): Promise<boolean> {
  return (await scheduler.status(signal)).some((job) => job.id === id && job.state !== "finished");
}

async function ended(host: Host, { path, id, signal }: { path: string; id: JobId; signal: AbortSignal }) {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const [log = ""] = await readAll(host, [`${folder}/log`], signal);
  return new HpcnbError("HPCNB_JOB_ENDED", `Job ${id} ended without an answer. Its log: ${log.trim() || "empty"}`, {
    hint: "Either the job could not run on its host, or its files are not visible here. notebook.directory must be on a file system that both share.",
  });
}
