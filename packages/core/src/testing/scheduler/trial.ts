import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Host } from "../../host.js";
import type { JobHistory, JobId, JobSpec, JobState, JobStatus, Scheduler } from "../../scheduler.js";
import type { Lacking } from "../../scheduler-features.js";
import { endOf } from "../../session/job-facts.js";
import { supplement } from "../../supplement.js";
import type { SchedulerFixture } from "./fixture.js";
import { taskNumbers } from "./task-numbers.js";

/**
 * Runs until it is ended, but for a limited time: a suite that dies half-way leaves nothing for
 * good.
 */
const longScript = "#!/bin/sh\nexec sleep 600\n";

/**
 * The scheduler under test with what a test does all the time; it ends every job that the test
 * submitted.
 */
export class Trial {
  readonly fixture: SchedulerFixture;
  readonly scheduler: Scheduler;
  readonly #ids: JobId[] = [];
  readonly #names: string[] = [];
  readonly #nameOf = new Map<JobId, string>();

  constructor(fixture: SchedulerFixture, lacking: Lacking) {
    this.fixture = fixture;
    this.scheduler = supplement(fixture.scheduler, lacking);
  }

  /**
   * A job with a name and an output file that no other test uses. Runs for long unless told
   * otherwise.
   */
  job(changes: Partial<JobSpec> = {}): JobSpec {
    const { directory } = this.fixture;
    const name = `hpcnb-${randomBytes(4).toString("hex")}`;
    return {
      name,
      script: longScript,
      workingDirectory: directory,
      output: `${directory}/${name}${changes.tasks ? "-{task}" : ""}.log`,
      resources: {},
      ...changes,
    };
  }

  async submit(job: JobSpec, signal?: AbortSignal): Promise<JobId> {
    this.#names.push(this.scheduler.nameOf(job.name));
    const id = await this.scheduler.submit(job, signal);
    this.#ids.push(id);
    this.#nameOf.set(id, this.scheduler.nameOf(job.name));
    return id;
  }

  /** Also ends what the test has submitted in another way under this name. */
  adopt(name: string): void {
    this.#names.push(this.scheduler.nameOf(name));
  }

  async find(id: JobId): Promise<JobStatus | undefined> {
    return (await this.scheduler.status()).find((job) => job.id === id);
  }

  async mustFind(id: JobId): Promise<JobStatus> {
    const job = await this.find(id);
    assert.ok(job, `status does not list job ${id}`);
    return job;
  }

  /** For a job that the test has submitted, or for an id that no job has. */
  history(id: JobId, signal?: AbortSignal): Promise<JobHistory | undefined> {
    const name = this.#nameOf.get(id) ?? this.scheduler.nameOf("never submitted");
    return this.scheduler.history({ id, name }, signal);
  }

  /** How a job of the test has ended, as far as the list and its history tell by now. */
  async endOf(id: JobId): Promise<JobHistory> {
    return endOf({ status: await this.find(id), history: await this.history(id) });
  }

  /** Asks until the answer is as awaited. The error of a wait that fails has the last answer. */
  async until<T>(awaited: string, ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
    let last: { answer: T } | undefined;
    await this.fixture.waitUntil(
      async () => {
        last = { answer: await ask() };
        return isIt(last.answer);
      },
      () => `${awaited}; seen last: ${JSON.stringify(last?.answer) ?? "nothing"}`,
    );
    return (last as { answer: T }).answer;
  }

  async untilState(id: JobId, state: JobState): Promise<void> {
    await this.until(
      `job ${id} to be ${state}`,
      () => this.find(id),
      (job) => job?.state === state,
    );
  }

  /** Until exactly these tasks of an array are in the state. */
  async untilTasks(id: JobId, state: JobState, numbers: readonly number[]): Promise<void> {
    await this.until(
      `exactly the tasks ${numbers.join(", ") || "(none)"} of array ${id} to be ${state}`,
      () => this.find(id),
      (job) => taskNumbers(job, state).join() === numbers.join(),
    );
  }

  async untilEnded(...ids: JobId[]): Promise<void> {
    await this.until(
      `the end of ${ids.join(", ")}`,
      async () => (await this.scheduler.status()).filter(({ id }) => ids.includes(id)),
      (listed) => listed.every(({ state }) => state === "finished"),
    );
  }

  get host(): Host {
    return need(this.fixture.host, "host", "realJobs");
  }

  async read(path: string): Promise<string | undefined> {
    return (await this.host.readFiles([path]))[0];
  }

  async untilOutput(path: string, isIt: (text: string) => boolean, awaited: string): Promise<string> {
    const text = await this.until(
      `${path} to have ${awaited}`,
      () => this.read(path),
      (read) => read !== undefined && isIt(read),
    );
    return text as string;
  }

  /** Runs `body` while whatever is submitted has to wait. */
  whileOccupied<T>(body: () => Promise<T>): Promise<T> {
    return between(need(this.fixture.occupy, "occupy", "occupy").call(this.fixture), body);
  }

  /** Runs `body` while no answer comes. */
  duringOutage<T>(body: () => Promise<T>): Promise<T> {
    return between(need(this.fixture.breakAnswers, "breakAnswers", "outage").call(this.fixture), body);
  }

  /** Ends what is left of this test's jobs, also those whose submission gave no id. */
  async clean(): Promise<void> {
    const listed = await this.scheduler.status();
    const mine = listed.filter(({ id, name }) => this.#ids.includes(id) || this.#names.includes(name));
    const left = mine.filter(({ state }) => state !== "finished").map(({ id }) => id);
    await this.scheduler.cancel(left);
    if (left.length > 0) await this.untilEnded(...left);
  }
}

async function between<T>(begun: Promise<() => Promise<void>>, body: () => Promise<T>): Promise<T> {
  const end = await begun;
  try {
    return await body();
  } finally {
    await end();
  }
}

/** A part of the fixture that the capability of a test calls for. */
export function need<T>(part: T | undefined, name: keyof SchedulerFixture, capability: string): T {
  assert.ok(part, `The fixture has no "${name}". Give it one, or set the capability "${capability}" to false.`);
  return part;
}
