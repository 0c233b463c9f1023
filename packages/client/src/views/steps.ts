import { defined, type Endpoint, groupPrefix, lengthOf } from "@hpcnb/core";
import type { EngineArray, SessionState } from "@hpcnb/core/session";
import { whyNot } from "./kind-failures.js";
import { describeRegistered } from "./registered.js";

/** One line of what `up` shows. Steps come in the order in which a session goes through them. */
export interface Step {
  readonly name: string;
  /** What tells it from another of the same name. */
  readonly id?: string;
  readonly done: boolean;
  readonly text: string;
  /** What can be done while it is waited for. */
  readonly note?: string;
  /** When waiting began, where it was before this command: milliseconds since 1970. */
  readonly since?: number;
}

/**
 * What there is to show of a session that is coming up: the steps that are done, and the one or two
 * that are being waited for. `inQueue` is what can be done while the job waits for the scheduler.
 * Pure.
 */
export function stepsOf(state: SessionState, readiness: string, inQueue?: string): Step[] {
  const { record, reports, jobs } = state;
  if (!record) return [];
  const steps: Step[] = state.trouble
    ? [{ name: "trouble", done: false, text: `${oneLine(state.trouble)}; trying again` }]
    : [];
  const ids = record.jobs
    .map(({ role, id, array }) => `${role} ${id ?? "…"}${array ? ` (${describeArray(array)})` : ""}`)
    .join(", ");
  const submitted = record.jobs.every(({ id }) => id !== undefined);
  steps.push({ name: "jobs", done: submitted, text: ids });
  if (!submitted) return steps;

  const { notebook } = reports;
  const status = jobs.notebook?.status;
  const reported = notebook.state === "started" || notebook.state === "answering";
  if (reported) steps.push({ name: "queue", done: true, text: `running on ${notebook.host}` });
  else if (status?.state === "running" || status?.state === "starting") {
    steps.push({ name: "queue", done: true, text: `running on ${status.host ?? "a host"}` });
    steps.push({ name: "storage", done: false, text: `waiting until the job sees its files (${readiness})` });
  } else {
    const why = status ? `${status.native}${status.reason ? `: ${allLines(status.reason)}` : ""}` : "not listed yet";
    const what = status?.state === "error" ? "given up by the scheduler" : "waiting";
    const since = Date.parse(record.startedAt);
    const more = defined({ since: since > 0 ? since : undefined, note: inQueue });
    steps.push({ name: "queue", done: false, text: `${what} (${why})`, ...more });
  }
  if (reported) {
    steps.push({
      name: "storage",
      done: true,
      text: `ready after ${notebook.storageSeconds.toFixed(1)} s (${readiness})`,
    });
    steps.push(
      notebook.state === "answering"
        ? {
            name: "notebook",
            done: true,
            text: `${notebook.server} answers on ${describeEndpoint(notebook.endpoint)}${notebook.note ? ` (${notebook.note})` : ""}`,
          }
        : { name: "notebook", done: false, text: "waiting until the server answers" },
    );
  }
  if (state.connection) {
    const { kind, baseUrl, failures, healing, stuck } = state.connection;
    const others = whyNot(failures);
    const text = `${kind}, ${baseUrl}${others === undefined ? "" : ` (${others})`}`;
    if (stuck !== undefined) steps.push({ name: "tunnel", done: false, text: oneLine(stuck) });
    else
      steps.push(
        healing
          ? { name: "tunnel", done: false, text: `being opened again since ${healing.since}: ${oneLine(healing.why)}` }
          : { name: "tunnel", done: true, text },
      );
  } else if (state.phase === "connecting") steps.push({ name: "tunnel", done: false, text: "opening" });
  if (state.engines) steps.push(enginesStep(state));
  return steps;
}

function describeArray(array: EngineArray): string {
  return `${groupPrefix(array.group)}${countTasks(array)}`;
}

/** "1 task", "4 tasks". */
export function countTasks(array: EngineArray): string {
  const length = lengthOf(array);
  return `${length} ${length === 1 ? "task" : "tasks"}`;
}

function enginesStep({ engines, jobs, reports, phase }: SessionState): Step {
  const { asked = 0, queued = 0, starting = 0, running = 0, suspended = 0 } = engines ?? {};
  const { failed = 0, registered = 0, lost = 0 } = engines ?? {};
  const rest = Object.entries({ queued, starting, running, suspended, failed, lost })
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`)
    .join(", ");
  const kept = suspended > 0 || queued > 0 ? reasonOf(jobs, suspended > 0 ? "suspended" : "queued") : undefined;
  const more = [
    ...(kept === undefined ? [] : [allLines(kept)]),
    ...(lost + failed > 0 ? ["`hpcnb scale` starts others in the place of lost and failed ones"] : []),
    ...(reports.controller.state === "answering" ? [] : [describeController(jobs)]),
  ];
  return {
    name: "engines",
    done: registered >= asked || phase === "up",
    text: `${describeRegistered({ asked, registered })}${registered >= asked ? "" : ` (${[rest, ...more].join("; ")})`}`,
  };
}

/** Why an engine of those waits or is suspended, where the scheduler says. */
function reasonOf({ engines }: SessionState["jobs"], state: "queued" | "suspended"): string | undefined {
  for (const { status } of engines) {
    const task = status?.tasks?.find((one) => one.state === state);
    if (task?.reason !== undefined) return task.reason;
    if (status?.reason !== undefined && (task || status.state === state)) return status.reason;
  }
  return undefined;
}

/**
 * One that is inside the notebook job waits with it, and so does mostly one that is not listed yet.
 */
function describeController({ controller, notebook }: SessionState["jobs"]): string {
  const state = (controller?.status ?? notebook?.status)?.state;
  if (state === "suspended") return "the controller is suspended";
  return state === "queued" || state === "held" ? "the controller waits, too" : "the controller is starting";
}

function describeEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === "socket" ? "a Unix socket" : `port ${endpoint.port} of ${endpoint.address}`;
}

/** The first two lines: what failed, and what was said. The whole text is in `status`. */
function oneLine(text: string): string {
  const lines = text.trim().split("\n");
  const more = lines.length - 2;
  return `${lines
    .slice(0, 2)
    .map((line) => line.trim())
    .join(text.includes(":\n") ? " " : "; ")}${more > 0 ? ` (+${more} more)` : ""}`;
}

/** The scheduler's whole reason: people wait in front of it. */
function allLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .join("; ");
}
