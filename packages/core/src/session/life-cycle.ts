import { isWhole } from "../connector.js";
import { defined } from "../defined.js";
import type { Session } from "../session-file/session.js";
import { countEngines, type EngineFacts, isLeft } from "./engines.js";
import { learn } from "./learn.js";
import { lossOf } from "./lost-job.js";
import { askedEngines } from "./session-record.js";
import { enginesIn, type Loss, type Phase, type SessionEvent, type SessionState } from "./session-state.js";

/** The controller, where no more is known. */
const unreachable = "it can no longer be reached from the notebook's host";

/** What a session must have to count as up. */
export interface Wanted {
  readonly cluster: Pick<NonNullable<Session["cluster"]>, "minimum"> | undefined;
  /**
   * False where no browser is: on a submit node the session is up without a tunnel, and is
   * connected to from elsewhere.
   */
  readonly connection: boolean;
}

/** The state machine: what is known after an event. Pure. */
export function advance(state: SessionState, event: SessionEvent, wanted: Wanted): SessionState {
  const { loss: _loss, engines: _engines, ...facts } = learn(state, event);
  const engines = enginesIn(facts);
  const asked = facts.record ? askedEngines(facts.record) : 0;
  // The session file may have changed since the engines were submitted.
  const minimum = Math.min(wanted.cluster?.minimum ?? 0, asked);
  const loss = findLoss(facts, { engines, asked, minimum });
  const more = defined({ loss, engines: facts.record?.cluster ? countEngines(asked, engines) : undefined });
  return { ...facts, ...more, phase: phaseOf({ ...facts, ...more }, { minimum, connection: wanted.connection }) };
}

function phaseOf(
  state: Omit<SessionState, "phase">,
  { minimum, connection }: { readonly minimum: number; readonly connection: boolean },
): Phase {
  const { record, reports, loss } = state;
  if (!record) return state.strays?.own.length ? "lost" : "absent";
  if (record.ended) return "ended";
  if (state.stopping || record.ending) return "stopping";
  if (record.cluster?.unsettled || record.jobs.some((job) => job.id === undefined)) return "submitting";
  if (loss?.role === "notebook") return "failed";
  if (reports.notebook.state !== "answering") {
    if (reports.notebook.state === "started") return "starting";
    const job = state.jobs.notebook?.status?.state;
    return job === "running" || job === "starting" ? "starting" : "queued";
  }
  if (connection && !(state.connection && isWhole(state.connection))) return "connecting";
  if (loss) return "degraded";
  if ((state.engines?.registered ?? 0) < minimum) return "gathering";
  return "up";
}

function findLoss(
  { record, jobs, reports }: Omit<SessionState, "phase">,
  { engines, asked, minimum }: { engines: readonly EngineFacts[]; asked: number; minimum: number },
): Loss | undefined {
  if (!record) return undefined;
  const notebook = lossOf("notebook", jobs.notebook, reports.notebook);
  if (notebook) return notebook;
  const { cluster } = record;
  if (!cluster) return undefined;
  const how = "lost";
  const controller = lossOf("controller", jobs.controller, reports.controller);
  if (controller) return controller;
  if (!jobs.controller && !cluster.inNotebook) return { role: "controller", how, why: "it was not submitted" };
  // The scheduler may list it for hours when its host has died, and its last word stays what it
  // was. A suspended one answers nobody.
  if (
    jobs.controller?.status?.state !== "suspended" &&
    reports.notebook.state === "answering" &&
    reports.notebook.unreachableCluster === cluster.generation
  )
    return { role: "controller", how, why: reports.notebook.unreachableBecause ?? unreachable };
  const left = engines.filter(isLeft).length;
  if (left >= minimum) return undefined;
  const why = `${left} of ${asked} are left, and at least ${minimum} must be there`;
  const [missing] = engines.filter((engine) => !isLeft(engine)).map(({ job }) => job);
  const array = missing && lossOf("engines", missing);
  return { role: "engines", how, why: array ? `${why}; of job ${missing.record.id}: ${array.why}` : why };
}
