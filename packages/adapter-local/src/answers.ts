import {
  checkJson,
  countSchema,
  defined,
  firstLines,
  HpcnbError,
  type JobId,
  type JobRecord,
  type JobStatus,
  joinRuns,
  lineSchema,
  overall,
  rejection,
  type SubmittedJob,
} from "@hpcnb/core";
import * as v from "valibot";

const idSchema = v.pipe(v.string(), v.regex(/^[1-9]\d{0,11}$/));

const reasonSchema = v.pipe(v.string(), v.maxLength(1_000_000));

const viewEntries = {
  state: v.picklist(["queued", "starting", "running", "error", "unknown"]),
  native: lineSchema,
  host: v.exactOptional(lineSchema),
  startedAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
  reason: v.exactOptional(reasonSchema),
};

const statusSchema = v.object({
  jobs: v.array(
    v.object({
      id: idSchema,
      name: lineSchema,
      ...viewEntries,
      tasks: v.exactOptional(v.array(v.object({ first: countSchema, last: countSchema, ...viewEntries }))),
    }),
  ),
});

/** Why a job or, in an array, each task waits or has ended. */
const reasonsSchema = v.object({
  reason: v.exactOptional(reasonSchema),
  tasks: v.exactOptional(v.array(v.object({ first: countSchema, last: countSchema, reason: reasonSchema }))),
});

const exitCodeSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const endedSchema = v.object({
  exitCode: v.exactOptional(exitCodeSchema),
  ...reasonsSchema.entries,
  walltimeReached: v.exactOptional(v.boolean()),
});

/** What the program answers: one of these, or what was asked for. */
const refusalSchema = v.object({
  /** Nothing was done, and asking again will not help. */
  rejected: v.exactOptional(v.string()),
  /** Nothing is known. */
  failed: v.exactOptional(v.string()),
});

export function parseSubmit(text: string): JobId {
  return answer(v.object({ id: idSchema }), text, "The local scheduler did not take the job").id;
}

export function parseStatus(text: string): JobStatus[] {
  const { jobs } = answer(statusSchema, text, "The local scheduler did not list its jobs");
  return jobs.map(({ tasks, ...job }) => {
    if (tasks === undefined) return job;
    return { ...job, ...(tasks.length === 0 ? {} : overall(tasks)), tasks: joinRuns(tasks) };
  });
}

export function parseCancel(text: string): void {
  answer(v.object({}), text, "The local scheduler did not cancel");
}

export function parseExplain(text: string): string[] {
  return reasonsIn(answer(reasonsSchema, text, "The local scheduler did not explain"));
}

export function parseHistory(text: string, { id, name }: SubmittedJob): JobRecord[] {
  const asked = "The local scheduler did not say how the job ended";
  const { ended } = answer(v.object({ ended: v.exactOptional(endedSchema) }), text, asked);
  if (!ended) return [];
  const { tasks: _, ...end } = ended;
  return [{ id, name, end: { ...end, ...defined({ reason: firstLines(reasonsIn(ended)) }) } }];
}

/** A line for each run of tasks with the same reason. */
function reasonsIn({ reason, tasks = [] }: v.InferOutput<typeof reasonsSchema>): string[] {
  if (reason !== undefined) return [reason];
  const runs = joinRuns(tasks.map((task) => ({ ...task, state: "unknown", native: "" })));
  return runs.map(
    ({ first, last, reason }) => `${first === last ? `task ${first}` : `tasks ${first}-${last}`}: ${reason}`,
  );
}

function answer<S extends v.GenericSchema>(schema: S, text: string, failure: string): v.InferOutput<S> {
  const { value: refusal } = checkJson(refusalSchema, text);
  if (refusal?.rejected !== undefined) {
    throw rejection(`${failure}: ${refusal.rejected}.`);
  }
  if (refusal?.failed !== undefined) {
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `${failure}: ${refusal.failed}.`);
  }
  const { value, problem } = checkJson(schema, text);
  if (problem !== undefined) {
    throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `${failure}: its answer ${problem}: ${text.trim().slice(0, 300)}`);
  }
  return value;
}
