import type { Clock, JobSpec, OptionsSchema } from "@hpcnb/core";

/** Seconds: always the same, or a new random number between the two for each job or task. */
export type Span = number | readonly [least: number, most: number];

/** The time in a span that a random number from 0 to 1 stands for. */
export function spanWithin(span: Span, random: number): number {
  if (typeof span === "number") return span;
  const [least, most] = span;
  return least + (most - least) * random;
}

/** All times are in seconds, all shares from 0 to 1. */
export interface MockOptions {
  readonly clock: Clock;
  /** The same seed, jobs and questions give the same answers. Default 1. */
  readonly seed?: number;
  /** Slots of the whole cluster; each task takes one for each core. Default: no limit. */
  readonly slots?: number;
  /** Most slots that this user's jobs may take together. Default: no limit. */
  readonly userSlots?: number;
  /** From submission until a job may be given slots. Default 0. */
  readonly queueWait?: Span;
  /** From the slots being given until the program runs. Default 0. */
  readonly startTime?: Span;
  /** How long a program runs by itself. Default: until it is ended. */
  readonly runTime?: Span | ((job: JobSpec, task: number) => Span);
  /** From the request to end a running job until it is gone. Default 0. */
  readonly stopTime?: Span;
  /** How long a job or task is still listed as finished. Default 0. */
  readonly keepFinished?: number;
  /** Tasks of the largest array that it says to take. Default: of any size. */
  readonly largestArray?: number;
  /** Whether `history` knows how jobs ended. Default true. */
  readonly keepHistory?: boolean;
  readonly rejections?: Rejections;
  /** Share of tasks that end up in the state error when their turn comes. Default 0. */
  readonly errorStates?: number;
  /** Share of requests whose answer is lost; half of these have been carried out. Default 0. */
  readonly lostAnswers?: number;
  /** From a request being carried out until its answer arrives. Default 0. */
  readonly slowAnswers?: Span;
}

/** What the scheduler refuses, for good unless said otherwise. */
export interface Rejections {
  /** Most tasks of an array. Default 75,000. */
  readonly maxTasks?: number;
  /** The queues there are. Default: a queue of any name. */
  readonly queues?: readonly string[];
  /** Most characters of a name. Default: no limit. */
  readonly longestName?: number;
  /** Most jobs of this user at a time; the refusal is transient. Default: no limit. */
  readonly maxJobs?: number;
}

const span = {
  anyOf: [
    { type: "number", minimum: 0 },
    { type: "array", items: { type: "number", minimum: 0 }, minItems: 2, maxItems: 2 },
  ],
};

/** What a person may set under `scheduler.options` of a session file. */
export const optionsSchema: OptionsSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    seed: { type: "integer", description: "The same seed gives the same simulation", default: 1 },
    slots: { type: "integer", minimum: 1, description: "Slots of the whole cluster" },
    queueWait: { ...span, description: "Seconds that a job waits at least, or [least, most]" },
    runTime: { ...span, description: "Seconds that a job runs by itself, or [least, most]" },
  },
};
