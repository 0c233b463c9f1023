import type { JobId, JobSpec } from "@hpcnb/core";
import { Agenda } from "./agenda.js";
import { createJob, type Job, type Task } from "./job.js";
import { type MockOptions, type Span, spanWithin } from "./options.js";
import { createDraw, type Draw } from "./random.js";

/** Keys that keep the random numbers of different things apart. */
const topics = { queueWait: 1, startTime: 2, runTime: 3, stopTime: 4, host: 5, error: 6 };
const hosts = 64;
const unlimited = Number.MAX_SAFE_INTEGER;

export interface Start {
  readonly id: JobId;
  readonly spec: JobSpec;
  /** 1 also for a job that is no array. */
  readonly task: number;
  readonly host: string;
}

/**
 * Jobs, slots and time. It does nothing by itself: `catchUp` lets happen what has become due.
 * Moments are milliseconds of the clock, spans are seconds.
 */
export class Simulation {
  readonly jobs = new Map<JobId, Job>();
  /** Jobs with tasks that wait for slots, first come, first served. */
  #queue: Job[] = [];
  readonly #agenda = new Agenda();
  readonly #options: MockOptions;
  readonly #draw: Draw;
  #now = 0;
  #used = 0;
  #busy = 0;
  onStart: ((start: Start) => void) | undefined;

  constructor(options: MockOptions) {
    this.#options = options;
    this.#draw = createDraw(options.seed ?? 1);
  }

  get now(): number {
    return this.#now;
  }

  catchUp(now: number): void {
    for (let due = this.#agenda.takeDue(now); due; due = this.#agenda.takeDue(now)) {
      this.#now = due.at;
      due.happen();
      this.#fillSlots();
    }
    this.#now = now;
  }

  submit(spec: JobSpec): Job {
    const number = this.jobs.size + 1;
    const job = createJob(String(number), number, spec);
    this.jobs.set(job.id, job);
    this.#after(this.#span(this.#options.queueWait ?? 0, topics.queueWait, job), () => {
      job.eligible = true;
      this.#queue.push(job);
    });
    this.catchUp(this.#now);
    return job;
  }

  /** Why the next task of a job that waits does not start. */
  whyWaiting(job: Job): string {
    const { slots = unlimited, userSlots = unlimited } = this.#options;
    if (job.held) return "held until it is released";
    if (!job.eligible) return "waits for its turn";
    if (!mayStart(job)) return `${job.spec.tasksAtOnce} of its tasks may run at once`;
    if (this.#queue.find(mayStart) !== job) return "other jobs come first";
    if (this.#used + job.cores > userSlots) return `this user may take ${userSlots} slots and has taken ${this.#used}`;
    return `needs ${job.cores} slots, and ${Math.max(0, slots - this.#used - this.#busy)} are free`;
  }

  /** Slots taken by other people. */
  setBusy(slots: number): void {
    this.#busy = slots;
    this.#fillSlots();
  }

  setHeld(job: Job, held: boolean): void {
    job.held = held;
    this.#fillSlots();
  }

  setSuspended(job: Job, suspended: boolean): void {
    for (const task of job.tasks) {
      if (task.phase !== (suspended ? "running" : "suspended")) continue;
      const { endsAtMs = Number.POSITIVE_INFINITY, suspendedSinceMs = this.#now } = task;
      task.phase = suspended ? "suspended" : "running";
      task.suspendedSinceMs = this.#now;
      if (suspended) continue;
      task.endsAtMs = endsAtMs + this.#now - suspendedSinceMs;
      this.#endLater(job, task, task.ending ?? {});
    }
  }

  requeue(job: Job): void {
    for (const task of job.tasks) {
      if (task.phase !== "running" && task.phase !== "suspended") continue;
      this.#freeSlots(job, task);
      task.phase = "waiting";
      task.requeued = true;
      delete task.host;
      delete task.runningSince;
    }
    job.next = 0;
    if (!this.#queue.includes(job)) this.#queue.push(job);
    this.#fillSlots();
  }

  /** Ends tasks by request: those that wait at once, those that run after their time to stop. */
  stop(job: Job, tasks: readonly Task[], reason: string): void {
    for (const task of tasks) {
      if (task.phase === "ended") continue;
      const end = () => this.end(job, task, { reason });
      if (task.phase === "waiting" || task.phase === "error") end();
      else this.#after(this.#span(this.#options.stopTime ?? 0, topics.stopTime, job, task), end);
    }
    this.catchUp(this.#now);
  }

  end(job: Job, task: Task, how: Pick<Task, "exitCode" | "reason" | "walltimeReached" | "preempted">): void {
    if (task.phase === "ended") return;
    this.#freeSlots(job, task);
    Object.assign(task, { phase: "ended", endedAt: this.#now }, how);
    job.open -= 1;
    if (job.open === 0) job.endedAt = this.#now;
    this.#fillSlots();
  }

  fail(job: Job, task: Task, reason: string): void {
    if (task.phase === "ended") return;
    this.#freeSlots(job, task);
    Object.assign(task, { phase: "error", reason });
    this.#fillSlots();
  }

  #fillSlots(): void {
    for (;;) {
      const job = this.#queue.find(mayStart);
      if (!job) return;
      const task = nextWaiting(job);
      if (!task) {
        this.#queue = this.#queue.filter((other) => other !== job);
        continue;
      }
      const { slots = unlimited, userSlots = unlimited } = this.#options;
      if (this.#used + job.cores > Math.min(userSlots, slots - this.#busy)) return;
      this.#start(job, task);
    }
  }

  #start(job: Job, task: Task): void {
    if (this.#draw(topics.error, job.number, task.number) < (this.#options.errorStates ?? 0)) {
      Object.assign(task, { phase: "error", reason: "the simulated host could not start it" });
      return;
    }
    const host = `node${1 + Math.floor(this.#draw(topics.host, job.number, task.number) * hosts)}`;
    Object.assign(task, { phase: "starting", host });
    this.#used += job.cores;
    job.active += 1;
    const startTime = this.#span(this.#options.startTime ?? 0, topics.startTime, job, task);
    if (startTime === 0) this.#run(job, task, host);
    else this.#after(startTime, () => task.phase === "starting" && this.#run(job, task, host));
  }

  #run(job: Job, task: Task, host: string): void {
    task.phase = "running";
    task.runningSince = this.#now;
    const { runTime = Number.POSITIVE_INFINITY } = this.#options;
    const { walltimeSeconds = Number.POSITIVE_INFINITY } = job.spec.resources;
    const span = typeof runTime === "function" ? runTime(job.spec, task.number) : runTime;
    const seconds = this.#span(span, topics.runTime, job, task);
    const how =
      seconds <= walltimeSeconds
        ? { exitCode: 0 }
        : { reason: `ran longer than its walltime of ${walltimeSeconds} s`, walltimeReached: true };
    task.endsAtMs = this.#now + Math.round(Math.min(seconds, walltimeSeconds) * 1000);
    this.#endLater(job, task, how);
    this.onStart?.({ id: job.id, spec: job.spec, task: task.number, host });
  }

  /** A program that was suspended or put back meanwhile ends at another time. */
  #endLater(job: Job, task: Task, how: Parameters<Simulation["end"]>[2]): void {
    task.ending = how;
    const { endsAtMs = Number.POSITIVE_INFINITY } = task;
    const isDue = () => task.phase === "running" && task.endsAtMs === endsAtMs;
    this.#agenda.add({ at: endsAtMs, happen: () => isDue() && this.end(job, task, how) });
  }

  #freeSlots(job: Job, task: Task): void {
    if (task.phase !== "starting" && task.phase !== "running" && task.phase !== "suspended") return;
    this.#used -= job.cores;
    job.active -= 1;
  }

  #after(seconds: number, happen: () => unknown): void {
    this.#agenda.add({ at: this.#now + Math.round(seconds * 1000), happen });
  }

  #span(span: Span, topic: number, job: Job, task?: Task): number {
    return spanWithin(span, this.#draw(topic, job.number, task?.number ?? 0));
  }
}

/** Whether it is allowed to take slots, if there are any. */
function mayStart({ held, active, spec }: Job): boolean {
  return !held && active < (spec.tasksAtOnce ?? unlimited);
}

function nextWaiting(job: Job): Task | undefined {
  while (job.next < job.tasks.length && job.tasks[job.next]?.phase !== "waiting") job.next += 1;
  return job.tasks[job.next];
}
