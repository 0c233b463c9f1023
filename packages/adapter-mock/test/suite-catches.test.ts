import { type CancelTarget, HpcnbError, isHpcnbError, type JobId, type JobStatus } from "@hpcnb/core";
import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";
import type { MockScheduler } from "../src/index.js";
import { failedBehaviours } from "./fixtures/run-suite.js";
import { simulatedFixture } from "./fixtures/simulated.js";

/** What is done differently from a scheduler that keeps the contract. */
type Fault = (right: MockScheduler) => Partial<MockScheduler>;

const failuresWith = (fault: Fault) =>
  failedBehaviours({
    name: "a scheduler",
    create: async () => {
      const fixture = simulatedFixture({ clock: new SimulatedClock(), slots: 100, stopTime: 5 });
      const { scheduler } = fixture;
      return { ...fixture, scheduler: { ...scheduler, ...fault(scheduler) } };
    },
    capabilities: { realJobs: false, commands: false },
  });

const changeListed =
  (change: (job: JobStatus) => JobStatus): Fault =>
  ({ status }) => ({ status: async (signal) => (await status(signal)).map(change) });

/** A job that waits after it has been seen to run. */
const changeOnceStarted =
  (change: (job: JobStatus) => JobStatus | undefined): Fault =>
  ({ status }) => {
    const started = new Set<JobId>();
    return {
      status: async (signal) =>
        (await status(signal)).flatMap((job) => {
          if (job.state === "running") started.add(job.id);
          return job.state === "queued" && started.has(job.id) ? (change(job) ?? []) : job;
        }),
    };
  };

const faults: Record<string, readonly [caughtBy: string, fault: Fault]> = {
  "lists a new job only later": [
    "submit: lists a job from the moment it was submitted until it ends",
    ({ submit, control }) => ({
      submit: async (job, signal) => {
        const id = await submit(job, signal);
        control.omit(id, 1);
        return id;
      },
    }),
  ],
  "calls every rejection transient": [
    "submit: leaves nothing behind when the scheduler rejects a job",
    ({ submit }) => ({
      submit: (job, signal) =>
        submit(job, signal).catch((error: unknown) => {
          if (!isHpcnbError(error, "HPCNB_SUBMIT_REJECTED")) throw error;
          throw new HpcnbError(error.code, error.message, { transient: true });
        }),
    }),
  ],
  "submits what it rejects": [
    "submit: leaves nothing behind when the scheduler rejects a job",
    ({ submit }) => ({
      submit: async (job, signal) => {
        try {
          return await submit(job, signal);
        } catch (error) {
          if (isHpcnbError(error, "HPCNB_SUBMIT_REJECTED")) await submit({ ...job, resources: {} }, signal);
          throw error;
        }
      },
    }),
  ],
  "never ends a job": [
    "submit: ends a job that runs longer than its walltime, and says why",
    ({ submit }) => ({
      submit: (job, signal) => submit({ ...job, resources: withoutWalltime(job.resources) }, signal),
    }),
  ],
  "takes no answer for an empty one": [
    "status: throws when no answer comes, and knows the job again afterwards",
    ({ status }) => ({ status: (signal) => status(signal).catch(unlessAborted([])) }),
  ],
  "swallows a cancellation that did not arrive": [
    "status: does not claim to have cancelled when no answer comes",
    ({ cancel }) => ({ cancel: (ids, signal) => cancel(ids, signal).catch(unlessAborted(undefined)) }),
  ],
  "invents an id when no answer comes": [
    "status: does not claim to have submitted when no answer comes",
    ({ submit }) => ({ submit: (job, signal) => submit(job, signal).catch(unlessRejected("1")) }),
  ],
  "has a history of jobs that run": [
    "status: has no history of a job that has not ended, nor of one that never was",
    ({ history }) => ({ history: async (job, signal) => (await history(job, signal)) ?? { exitCode: 0 } }),
  ],
  "takes the end of another job with the same id for this one's": [
    "status: has no history of another job under an id that is used again",
    ({ history, nameOf, control }) => ({
      history: ({ id }, signal) => {
        const name = control.jobs.find((job) => job.id === id)?.spec.name ?? "";
        return history({ id, name: nameOf(name) }, signal);
      },
    }),
  ],
  "lets no job fail": [
    "status: reserves no exit code that a job cannot do without",
    () => ({ reservedExitCodes: [1] }),
  ],
  "takes a suspended job for a running one": [
    "interruptions: lists a job that it suspends as suspended, and as running when it goes on",
    changeListed((job) => (job.state === "suspended" ? { ...job, state: "running" } : job)),
  ],
  "takes a suspended job for one that has ended": [
    "interruptions: lists a job that it suspends as suspended, and as running when it goes on",
    ({ status, history }) => ({
      history: async (job, signal) => {
        const listed = (await status(signal)).find(({ id }) => id === job.id);
        return listed?.state === "suspended" ? { reason: "stopped" } : history(job, signal);
      },
    }),
  ],
  "takes a job that is to start again for one that has ended": [
    "interruptions: lists a job that is put back into the queue as one that waits, with no history",
    changeOnceStarted((job) => ({ ...job, state: "finished" })),
  ],
  "does not list a job while it waits to start again": [
    "interruptions: lists a job that is put back into the queue as one that waits, with no history",
    changeOnceStarted(() => undefined),
  ],
  "takes a job that is to start again for a new one": [
    "interruptions: lists a job that is put back into the queue as one that waits, with no history",
    changeListed(({ requeued: _, ...job }) => job),
  ],
  "tells how a start ended after which the job starts again": [
    "interruptions: lists a job that is put back into the queue as one that waits, with no history",
    ({ status, history }) => ({
      history: async (job, signal) => {
        const listed = (await status(signal)).find(({ id }) => id === job.id);
        return listed?.state === "queued" ? { exitCode: 1 } : history(job, signal);
      },
    }),
  ],
  "does not tell a preemption from any other end": [
    "interruptions: says of a job that had to make room for others that it was preempted",
    ({ history }) => ({
      history: async (job, signal) => {
        const { preempted: _, ...end } = (await history(job, signal)) ?? {};
        return Object.keys(end).length === 0 ? undefined : end;
      },
    }),
  ],
  "does not tell a walltime from any other end": [
    "submit: ends a job that runs longer than its walltime, and says why",
    ({ history }) => ({
      history: async (job, signal) => {
        const { walltimeReached: _, ...end } = (await history(job, signal)) ?? {};
        return Object.keys(end).length === 0 ? undefined : end;
      },
    }),
  ],
  "cuts off the end of a long name": [
    "names: keeps the end of a long name, which tells jobs apart, and changes no name twice",
    ({ nameOf }) => ({ nameOf: (name) => nameOf(name).slice(0, 64) }),
  ],
  "changes a name each time": [
    "names: keeps the end of a long name, which tells jobs apart, and changes no name twice",
    ({ nameOf }) => ({ nameOf: (name) => `_${nameOf(name)}` }),
  ],
  "keeps its own words to itself": [
    "status: answers for many jobs at once",
    changeListed((job) => ({ ...job, native: "" })),
  ],
  "cancels the first job only": [
    "cancel: ends the jobs it was given and no others",
    ({ cancel }) => ({ cancel: (ids, signal) => cancel(ids.slice(0, 1), signal) }),
  ],
  "cancels everything": [
    "cancel: ends the jobs it was given and no others",
    ({ cancel, control }) => ({
      cancel: (_ids, signal) =>
        cancel(
          control.jobs.map(({ id }) => id),
          signal,
        ),
    }),
  ],
  "complains of jobs that are gone": [
    "cancel: takes an id that no job has for one that is gone, and still ends the others",
    ({ cancel, control }) => ({
      cancel: async (targets, signal) => {
        await cancel(targets, signal);
        const missing = targets.map(idOf).find((id) => !control.jobs.some((job) => job.id === id));
        if (missing) throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `There is no job ${missing}.`);
      },
    }),
  ],
  "cannot cancel twice": [
    "cancel: may be asked twice, and once more after the job has ended",
    ({ cancel }) => {
      const cancelled = new Set<JobId>();
      return {
        cancel: async (targets, signal) => {
          await cancel(targets, signal);
          const ids = targets.map(idOf);
          if (ids.some((id) => cancelled.has(id))) throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", "Already cancelled.");
          for (const id of ids) cancelled.add(id);
        },
      };
    },
  ],
  "cancels the whole array for some of its tasks": [
    "cancel: ends the tasks of an array that it was given, and no others",
    ({ cancel }) => ({ cancel: (targets, signal) => cancel(targets.map(idOf), signal) }),
  ],
  "cancels the first range of tasks only": [
    "cancel: ends the tasks of an array that it was given, and no others",
    ({ cancel }) => ({
      cancel: (targets, signal) =>
        cancel(
          targets.map((target) =>
            typeof target === "string" ? target : { id: target.id, tasks: target.tasks.slice(0, 1) },
          ),
          signal,
        ),
    }),
  ],
  "cancels no tasks that wait": [
    "cancel: ends tasks that wait, and the others run",
    ({ cancel, status }) => ({
      cancel: async (targets, signal) => {
        const waiting = (await status(signal)).filter(({ state }) => state === "queued").map(({ id }) => id);
        await cancel(
          targets.filter((target) => typeof target === "string" || !waiting.includes(target.id)),
          signal,
        );
      },
    }),
  ],
  "runs all tasks at once": [
    "arrays: never runs more tasks at once than it was told",
    ({ submit }) => ({ submit: ({ tasksAtOnce: _, ...job }, signal) => submit(job, signal) }),
  ],
  "lists tasks from the last to the first": [
    "arrays: lists each task once, in ascending order",
    changeListed((job) => (job.tasks ? { ...job, tasks: job.tasks.toReversed() } : job)),
  ],
  "lists a task twice": [
    "arrays: lists each task once, in ascending order",
    changeListed((job) => (job.tasks ? { ...job, tasks: job.tasks.flatMap((run) => [run, run]) } : job)),
  ],
  "forgets tasks that wait": [
    "arrays: lists every task of an array that waits",
    changeListed((job) => (job.tasks ? { ...job, tasks: job.tasks.map((run) => ({ ...run, last: run.first })) } : job)),
  ],
  "takes an array of one for a single job": [
    "arrays: keeps an array of one task an array",
    changeListed(({ tasks, ...job }) => (tasks && tasks.at(-1)?.last !== 1 ? { ...job, tasks } : job)),
  ],
  "explains with nothing": [
    "explain: says why a job waits, and the job runs when it can",
    () => ({ explain: async () => "" }),
  ],
  "takes a held job for a queued one": [
    "explain: tells a held job from one that waits for its turn",
    changeListed((job) => (job.state === "held" ? { ...job, state: "queued" } : job)),
  ],
  "lists jobs by another name": [
    "names: lists a job under nameOf its name, however strange",
    changeListed((job) => ({ ...job, name: job.name.slice(0, 15) })),
  ],
  "lets a name have two lines": [
    "names: refuses a name of two lines or makes it safe",
    ({ status, control }) => ({
      nameOf: (name) => name,
      status: async (signal) =>
        (await status(signal)).map((job) => ({
          ...job,
          name: control.jobs.find(({ id }) => id === job.id)?.spec.name ?? "",
        })),
    }),
  ],
  "renders half of it": [
    "names: renders what it would submit",
    ({ render }) => ({ render: (job) => render({ ...job, output: "/elsewhere" }) }),
  ],
  "gives two jobs one id": [
    "concurrency: gives jobs that are submitted at the same time ids of their own",
    ({ submit }) => {
      let last = "";
      return {
        submit: async (job, signal) => {
          last = await submit(job, signal);
          await Promise.resolve();
          return last;
        },
      };
    },
  ],
  "answers one question at a time": [
    "concurrency: answers many questions at the same time",
    ({ status }) => {
      let busy = false;
      return {
        status: async (signal) => {
          if (busy) throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", "Busy.", { transient: true });
          busy = true;
          return status(signal).finally(() => {
            busy = false;
          });
        },
      };
    },
  ],
  "does not listen to abort": [
    "abort: status gives up when it is aborted, and what is asked later is answered",
    ({ status }) => ({ status: () => status() }),
  ],
};

describe("the conformance suite", () => {
  it("has nothing to say against a scheduler that keeps the contract", async () => {
    expect(await failuresWith(() => ({}))).to.deep.equal([]);
  });

  for (const [name, [caughtBy, fault]] of Object.entries(faults)) {
    it(`catches one that ${name}`, async () => {
      expect(await failuresWith(fault)).to.include(caughtBy);
    });
  }

  it("asks for the part of the fixture that is missing", async () => {
    const { occupy: _, ...fixture } = simulatedFixture({ clock: new SimulatedClock() });
    const failed = await failedBehaviours({
      name: "a scheduler",
      create: async () => fixture,
      capabilities: { realJobs: false, commands: false },
    });
    expect(failed).to.deep.equal([
      "cancel: ends a job that waits, before it ever runs",
      "cancel: ends tasks that wait, and the others run",
      "arrays: lists every task of an array that waits",
      "explain: says why a job waits, and the job runs when it can",
      "interruptions: lists a job that is put back into the queue as one that waits, with no history",
    ]);
  });
});

function idOf(target: CancelTarget): JobId {
  return typeof target === "string" ? target : target.id;
}

function withoutWalltime<T extends { readonly walltimeSeconds?: number }>({
  walltimeSeconds: _,
  ...rest
}: T): Omit<T, "walltimeSeconds"> {
  return rest;
}

function unlessAborted<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (isHpcnbError(error, "HPCNB_ABORTED")) throw error;
    return instead;
  };
}

function unlessRejected<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (!isHpcnbError(error, "HPCNB_SCHEDULER_UNREACHABLE")) throw error;
    return instead;
  };
}
