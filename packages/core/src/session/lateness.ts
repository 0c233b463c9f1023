import { HpcnbError } from "../errors.js";
import type { JobState } from "../scheduler.js";
import type { JobFacts } from "./job-facts.js";
import type { Phase, SessionState } from "./session-state.js";

/** Time limits per phase. Waiting in the queue has none. */
const phaseLimitsMs: Partial<Record<Phase, number>> = { starting: 180_000, connecting: 60_000, gathering: 180_000 };

/** Lines of the scheduler's reasons that are shown with an error. */
const reasonLines = 5;

export interface Times {
  /**
   * How long the phase has lasted, without the time when the host was out of reach, or something
   * was queued or suspended.
   */
  readonly inPhaseMs: number;
  /** Since waiting began. */
  readonly inAllMs: number;
}

export interface Limits {
  /** For everything together. */
  readonly timeoutMs: number | undefined;
  /** How long a job may wait for its storage. */
  readonly storageMs: number;
}

/** @throws HPCNB_TIMEOUT with what is still awaited. */
export function throwIfLate(state: SessionState, times: Times, { timeoutMs, storageMs }: Limits): void {
  const limitMs = phaseLimitsMs[state.phase];
  const patienceMs = state.phase === "connecting" ? 0 : storageMs;
  const phaseIsLate = limitMs !== undefined && times.inPhaseMs > limitMs + patienceMs;
  const allIsLate = timeoutMs !== undefined && times.inAllMs >= timeoutMs;
  if (!phaseIsLate && !allIsLate) return;
  const seconds = Math.round((allIsLate ? times.inAllMs : times.inPhaseMs) / 1000);
  throw new HpcnbError("HPCNB_TIMEOUT", `After ${seconds} s still waiting for ${awaited(state)}.`, {
    transient: true,
    hint: `${scaling(state)}The jobs go on. \`hpcnb up\` waits again, \`hpcnb status\` and \`hpcnb logs\` show more, \`hpcnb down\` ends them.`,
  });
}

/** Whether the scheduler keeps what the phase waits for from going on, which may take days. */
export function waitsForScheduler({ phase, engines, jobs }: SessionState): boolean {
  const { notebook, controller } = jobs;
  if (isKept(notebook, ["suspended"])) return true;
  if (phase !== "gathering") return false;
  const { queued = 0, suspended = 0 } = engines ?? {};
  return queued + suspended > 0 || isKept(controller, ["queued", "held", "suspended"]);
}

function isKept(job: JobFacts | undefined, states: readonly JobState[]): boolean {
  return job?.status !== undefined && states.includes(job.status.state);
}

/** What puts other engines in the place of those that will hardly come any more. */
function scaling({ phase, engines }: SessionState): string {
  if (phase !== "gathering" || !engines || engines.lost + engines.failed === 0) return "";
  return "`hpcnb scale` with the number of engines that you want replaces the lost and failed ones.\n";
}

function awaited({ phase, trouble, jobs, reports, engines }: SessionState): string {
  const { notebook, controller } = jobs;
  if (trouble !== undefined) return `an answer: ${trouble}`;
  switch (phase) {
    case "starting": {
      const host = notebook?.status?.host ?? "its host";
      const what = reports.notebook.state === "started" ? "the notebook server to answer" : "the job to see its files";
      return `${what} on ${host} (${seen(notebook)})`;
    }
    case "connecting":
      return "the notebook to answer through the tunnel";
    case "gathering":
      if (controller && reports.controller.state !== "answering")
        return `the controller, job ${controller.record.id ?? ""}, to answer (${seen(controller)})`;
      return `engines: ${engines?.registered} of ${engines?.asked} are registered (queued ${engines?.queued}, running ${engines?.running}, suspended ${engines?.suspended}, failed ${engines?.failed}, lost ${engines?.lost})`;
    default:
      return `the notebook job ${notebook?.record.id ?? ""} to start (${seen(notebook)})`;
  }
}

function seen(job: JobFacts | undefined): string {
  if (!job?.status) return "the scheduler has not listed it yet";
  const { native, reason } = job.status;
  return `the scheduler says "${native}"${reason ? `: ${fewLines(reason)}` : ""}`;
}

function fewLines(reason: string): string {
  const lines = reason.split("\n");
  const more = lines.length - reasonLines;
  return [...lines.slice(0, reasonLines), ...(more > 0 ? [`... and ${more} more`] : [])].join("; ");
}
