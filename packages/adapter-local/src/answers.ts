import {
  type CommandResult,
  checkJson,
  countSchema,
  describeResult,
  expectAnswer,
  HpcnbError,
  type JobHistory,
  type JobId,
  type JobStatus,
  lineSchema,
} from "@hpcnb/core";
import * as v from "valibot";

const idSchema = v.pipe(v.string(), v.regex(/^[1-9]\d{0,11}$/));

/** The words of the program, some of them of several lines, each about a task. */
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

const exitCodeSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const endedSchema = v.object({
  exitCode: v.exactOptional(exitCodeSchema),
  reason: v.exactOptional(reasonSchema),
  walltimeReached: v.exactOptional(v.boolean()),
});

/** What the program answers: one of these, or what was asked for. */
const refusalSchema = v.object({
  /** Nothing was done, and asking again will not help. */
  rejected: v.exactOptional(v.string()),
  /** Nothing is known. */
  failed: v.exactOptional(v.string()),
});

export function parseSubmit(result: CommandResult): JobId {
  return answer(v.object({ id: idSchema }), result, "The local scheduler did not take the job").id;
}

export function parseStatus(result: CommandResult): JobStatus[] {
  return answer(statusSchema, result, "The local scheduler did not list its jobs").jobs;
}

export function parseCancel(result: CommandResult): void {
  answer(v.object({}), result, "The local scheduler did not cancel");
}

export function parseExplain(result: CommandResult): string | undefined {
  const schema = v.object({ reason: v.exactOptional(v.nullable(reasonSchema)) });
  return answer(schema, result, "The local scheduler did not explain").reason ?? undefined;
}

export function parseHistory(result: CommandResult): JobHistory | undefined {
  const asked = "The local scheduler did not say how the job ended";
  return answer(v.object({ ended: v.exactOptional(endedSchema) }), result, asked).ended;
}

function answer<S extends v.GenericSchema>(schema: S, result: CommandResult, failure: string): v.InferOutput<S> {
  const { stdout } = expectAnswer(result, failure);
  const { value: refusal } = checkJson(refusalSchema, stdout);
  if (refusal?.rejected !== undefined) {
    throw new HpcnbError("HPCNB_SUBMIT_REJECTED", `${failure}: ${refusal.rejected}.`);
  }
  if (refusal?.failed !== undefined) {
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `${failure}: ${refusal.failed}.`);
  }
  const { value, problem } = checkJson(schema, stdout);
  if (problem !== undefined) {
    throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `${failure}: its answer ${problem}: ${describeResult(result)}`);
  }
  return value;
}
