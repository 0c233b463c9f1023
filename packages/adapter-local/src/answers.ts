import {
  type CommandResult,
  describeResult,
  expectAnswer,
  HpcnbError,
  type JobHistory,
  type JobId,
  type JobStatus,
} from "@hpcnb/core";

/** What the program answers: one of these, or what was asked for. */
interface Refusal {
  /** Nothing was done, and asking again will not help. */
  readonly rejected?: string;
  /** Nothing is known. */
  readonly failed?: string;
}

export function parseSubmit(result: CommandResult): JobId {
  return answer<{ id: JobId }>(result, "The local scheduler did not take the job").id;
}

export function parseStatus(result: CommandResult): JobStatus[] {
  return answer<{ jobs: JobStatus[] }>(result, "The local scheduler did not list its jobs").jobs;
}

export function parseCancel(result: CommandResult): void {
  answer(result, "The local scheduler did not cancel");
}

export function parseHold(result: CommandResult): void {
  answer(result, "The local scheduler did not hold or release");
}

export function parseExplain(result: CommandResult): string | undefined {
  return answer<{ reason?: string | null }>(result, "The local scheduler did not explain").reason ?? undefined;
}

export function parseHistory(result: CommandResult): JobHistory | undefined {
  const asked = "The local scheduler did not say how the job ended";
  return answer<{ ended?: JobHistory }>(result, asked).ended;
}

function answer<T>(result: CommandResult, failure: string): T {
  const { stdout } = expectAnswer(result, failure);
  let value: (T & Refusal) | undefined;
  try {
    value = JSON.parse(stdout) as T & Refusal;
  } catch (cause) {
    throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `${failure}: ${describeResult(result)}`, { cause });
  }
  if (value.rejected !== undefined) throw new HpcnbError("HPCNB_SUBMIT_REJECTED", `${failure}: ${value.rejected}.`);
  if (value.failed !== undefined) throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `${failure}: ${value.failed}.`);
  return value;
}
