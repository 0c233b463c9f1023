import type { ConnectionFacts, KindFailure, SessionStateName } from "@hpcnb/core";
import { defined } from "@hpcnb/core";
import {
  type EngineArray,
  enginesIn,
  engineTimes,
  isAlive,
  isGone,
  isRegistered,
  type JobFacts,
  type JobTimes,
  jobsIn,
  jobsThatCount,
  jobTimes,
  nameOfState,
  notebookTimes,
  type SessionState,
  type Stray,
  type TroubledEngine,
  whyNoRecord,
} from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { whyNot } from "./kind-failures.js";

/** Its JSON only ever gains keys: docs/json.md. */
export interface StatusView extends JobTimes {
  readonly name: string;
  /** What a person is told of where it is. "unknown" as the phase is. */
  readonly state: SessionStateName | "unknown";
  /** "unknown": the host could not be reached. */
  readonly phase: SessionState["phase"] | "unknown";
  /** When its jobs were submitted; its times are the notebook job's. */
  readonly submittedAt?: string;
  readonly endedAt?: string;
  /** Where the notebook runs. */
  readonly host?: string;
  /** Why, where something went wrong or the session has ended. */
  readonly why?: string;
  /** Why the scheduler did not answer: what is said of the jobs is then unknown or old. */
  readonly trouble?: string;
  readonly directory: string;
  /** The site whose files complete the session's. */
  readonly site?: string;
  /** Without the token: `hpcnb open` and `hpcnb up` know it. */
  readonly url?: string;
  readonly server?: string;
  /**
   * "socket <path>" or "port <address>:<port>", with a note why a socket was not possible, for the
   * server or for kernels.
   */
  readonly listens?: string;
  readonly tunnel?: string;
  /** Why it is not one of the other kinds, in one line. */
  readonly tunnelNote?: string;
  /** The same for each of them. */
  readonly tunnelFailures?: readonly KindFailure[];
  /** The tunnel broke, and is being opened again on the same port. */
  readonly tunnelHealing?: { readonly since: string; readonly why: string };
  /** Why there is no tunnel now: the last one was given up, or its keeper is silent. */
  readonly tunnelClosed?: string;
  /** Until the notebook could read its files, and until the controller could. */
  readonly storage?: { readonly strategy: string; readonly seconds: number; readonly controllerSeconds?: number };
  /** With the times of the engine that will end first. */
  readonly engines?: NonNullable<SessionState["engines"]> & JobTimes;
  /** Where there are several. */
  readonly groups?: readonly GroupView[];
  /** The engines with a problem, by their numbers. */
  readonly differences?: readonly TroubledEngine[];
  readonly jobs: readonly JobView[];
}

interface GroupView {
  readonly name: string;
  readonly asked: number;
  readonly registered: number;
}

interface JobView extends JobTimes {
  readonly role: string;
  /** For an engine array: its group, and the numbers of its engines. */
  readonly group?: string;
  readonly engines?: string;
  readonly id?: string;
  readonly state: string;
  readonly native?: string;
  readonly host?: string;
  readonly reason?: string;
}

/** What is known of a session beside its state. */
interface KnownFacts {
  readonly differences: readonly TroubledEngine[];
  readonly directory: string;
  readonly readiness: string;
  readonly tunnelClosed?: string | undefined;
  readonly url: (baseUrl: string) => string;
}

/** What `status` tells, as data. Its JSON only ever gains keys. Pure. */
export function statusView(session: Session, state: SessionState, known: KnownFacts): StatusView {
  return {
    name: session.name,
    state: nameOfState(state),
    phase: state.phase,
    ...momentsOf(state),
    ...defined({ why: whyOf(state), trouble: state.trouble }),
    directory: known.directory,
    ...siteView(session),
    ...(isAlive(state.phase) ? aliveView(state, known) : {}),
    jobs: [
      ...jobsIn(state.jobs).map((job) => jobView(job, state.phase === "ended" || isDone(job, state))),
      ...(state.strays?.own ?? []).map(strayView),
    ],
  };
}

/** What is only told of a session that has a notebook, or is to have one. */
function aliveView(state: SessionState, { differences, readiness, tunnelClosed, url }: KnownFacts) {
  const { connection, engines, reports } = state;
  return {
    ...(connection ? connectionView(connection, url) : defined({ tunnelClosed })),
    ...notebookView(reports, readiness),
    ...(engines ? { engines: { ...engines, ...engineTimes(state) }, ...groupViews(state) } : {}),
    ...defined({ differences: differences.length > 0 ? differences : undefined }),
  };
}

/** What the notebook's job has told of its storage and its server. */
function notebookView({ notebook, controller }: SessionState["reports"], strategy: string) {
  if (notebook.state !== "answering" && notebook.state !== "started") return {};
  const hasController = controller.state === "started" || controller.state === "answering";
  const controllerSeconds = hasController ? controller.storageSeconds : undefined;
  const storage = { strategy, seconds: notebook.storageSeconds, ...defined({ controllerSeconds }) };
  if (notebook.state === "started") return { storage };
  const { endpoint, note, server } = notebook;
  const address = endpoint.kind === "socket" ? `socket ${endpoint.path}` : `port ${endpoint.address}:${endpoint.port}`;
  return { server, listens: note ? `${address} (${note})` : address, storage };
}

/** When it was submitted, began to run, will end or has ended, and where it runs. */
export function momentsOf(state: SessionState) {
  const { notebook } = state.reports;
  const { startedAt: submittedAt, ended } = state.record ?? {};
  const told = notebook.state === "started" || notebook.state === "answering" ? notebook.host : undefined;
  const host = told ?? state.jobs.notebook?.status?.host;
  const alive = isAlive(state.phase);
  return {
    ...defined({ submittedAt }),
    ...(alive ? notebookTimes(state, Date.now()) : {}),
    ...defined({ endedAt: ended?.at, host: alive ? host : undefined }),
  };
}

function whyOf(state: SessionState): string | undefined {
  const { record, loss, phase } = state;
  if (record?.ended) return record.ended.how === "asked" ? undefined : record.ended.why;
  if (phase === "stopping") return record?.ending && `since ${record.ending.at}, as \`hpcnb down\` began to end it`;
  if (loss) return `${loss.role}: ${loss.why}`;
  const unreadable = state.damage ?? whyNoRecord(state);
  return unreadable && [unreadable.message, unreadable.hint].filter(Boolean).join("\n");
}

/** When all engines of an array were let go, nobody waits for a second answer without it. */
function isDone(job: JobFacts, state: SessionState): boolean {
  return job.absences > 0 && !jobsThatCount(state).includes(job);
}

function jobView(job: JobFacts, isOver: boolean): JobView {
  const { record, status } = job;
  const isListed = !isOver && (!isGone(job) || status?.state === "finished");
  return {
    role: record.role,
    ...(record.array ? arrayView(record.array) : {}),
    ...defined({ id: record.id }),
    state: isListed ? (status?.state ?? "unknown") : "finished",
    ...(isListed ? jobTimes(job) : {}),
    ...(isListed && status ? pick(status, ["native", "host", "reason"]) : {}),
  };
}

function strayView({ role, status }: Stray): JobView {
  return { role, id: status.id, state: status.state, ...pick(status, ["native", "host", "reason"]) };
}

function groupViews(state: SessionState): { groups?: GroupView[] } {
  const wanted = Object.entries(state.record?.cluster?.wanted ?? {});
  if (wanted.length < 2) return {};
  const engines = enginesIn(state).filter(isRegistered);
  return {
    groups: wanted.map(([name, asked]) => ({
      name,
      asked,
      registered: engines.filter(({ group }) => group === name).length,
    })),
  };
}

function arrayView({ group, first, last }: EngineArray) {
  return { group, engines: first === last ? String(first) : `${first}-${last}` };
}

/** What this machine knows of a session whose host cannot be reached. */
export function viewFromHere(session: Session, connection: ConnectionFacts | undefined): StatusView {
  return {
    name: session.name,
    state: "unknown",
    phase: "unknown",
    why: `${session.host} cannot be asked`,
    directory: session.notebook.directory,
    ...siteView(session),
    ...(connection ? { ...connection.times, ...tunnelView(connection) } : {}),
    jobs: [],
  };
}

function siteView({ site }: Session): { site?: string } {
  return defined({ site: site?.name });
}

function connectionView(connection: ConnectionFacts, url: (baseUrl: string) => string) {
  const { baseUrl, stuck } = connection;
  return stuck === undefined ? { url: url(baseUrl), ...tunnelView(connection) } : tunnelView(connection);
}

function tunnelView({ kind, failures, healing, stuck }: ConnectionFacts) {
  if (stuck !== undefined) return { tunnelClosed: stuck };
  return {
    tunnel: kind,
    ...defined({ tunnelNote: whyNot(failures), tunnelFailures: failures, tunnelHealing: healing }),
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]]))) as Partial<
    Pick<T, K>
  >;
}
