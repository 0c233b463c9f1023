import {
  type ConnectionFacts,
  type EngineArray,
  type EngineDifference,
  enginesIn,
  isGone,
  isRegistered,
  type JobFacts,
  jobsIn,
  jobsThatCount,
  type Session,
  type SessionState,
  type Stray,
  whyNoRecord,
} from "@hpcnb/core";

export interface StatusView {
  readonly name: string;
  /** "unknown": the host could not be reached. */
  readonly phase: SessionState["phase"] | "unknown";
  /** Why, where something went wrong or the session has ended. */
  readonly why?: string;
  /** Why the scheduler did not answer: what is said of the jobs is then unknown or old. */
  readonly trouble?: string;
  readonly directory: string;
  /** Without the token: `hpcnb open` and `hpcnb up` know it. */
  readonly url?: string;
  readonly server?: string;
  /** "socket <path>" or "port <address>:<port>", with a note why a socket was not possible, for the server or for kernels. */
  readonly listens?: string;
  readonly tunnel?: string;
  /** Why it is not a kind that is tried before this one. */
  readonly tunnelNote?: string;
  /** The tunnel broke, and is being opened again on the same port. */
  readonly tunnelHealing?: { readonly since: string; readonly why: string };
  /** Why there is no tunnel now: the last one was given up, or its keeper is silent. */
  readonly tunnelClosed?: string;
  /** Until the notebook could read its files, and until the controller could. */
  readonly storage?: { readonly strategy: string; readonly seconds: number; readonly controllerSeconds?: number };
  readonly engines?: SessionState["engines"];
  /** Where there are several. */
  readonly groups?: readonly GroupView[];
  /** The engines of which not all is well, by their numbers. */
  readonly differences?: readonly EngineDifference[];
  readonly jobs: readonly JobView[];
}

interface GroupView {
  readonly name: string;
  readonly asked: number;
  readonly registered: number;
}

interface JobView {
  readonly role: string;
  /** Of an engine array: its group, and the numbers of its engines. */
  readonly group?: string;
  readonly engines?: string;
  readonly id?: string;
  readonly state: string;
  readonly native?: string;
  readonly host?: string;
  readonly reason?: string;
}

/** What `status` tells, as data. Its JSON only ever gains keys. Pure. */
export function statusView(
  session: Session,
  state: SessionState,
  known: {
    differences: readonly EngineDifference[];
    directory: string;
    readiness: string;
    tunnelClosed?: string | undefined;
    url: (baseUrl: string) => string;
  },
): StatusView {
  const { notebook } = state.reports;
  const alive = state.phase !== "ended" && state.phase !== "failed" && state.phase !== "absent";
  const why =
    state.record?.ended?.why ??
    (state.loss && `${state.loss.role}: ${state.loss.why}`) ??
    state.damage?.message ??
    whyNoRecord(state)?.message;
  return {
    name: session.name,
    phase: state.phase,
    ...(why ? { why } : {}),
    ...(state.trouble === undefined ? {} : { trouble: state.trouble }),
    directory: known.directory,
    ...(alive && state.connection ? connectionView(state.connection, known.url) : {}),
    ...(alive && !state.connection && known.tunnelClosed !== undefined ? { tunnelClosed: known.tunnelClosed } : {}),
    ...(alive && notebook.state === "answering"
      ? {
          server: notebook.server,
          listens: `${notebook.endpoint.kind === "socket" ? `socket ${notebook.endpoint.path}` : `port ${notebook.endpoint.address}:${notebook.endpoint.port}`}${notebook.note ? ` (${notebook.note})` : ""}`,
        }
      : {}),
    ...(alive && (notebook.state === "answering" || notebook.state === "started")
      ? { storage: { strategy: known.readiness, seconds: notebook.storageSeconds, ...controllerSeconds(state) } }
      : {}),
    ...(alive && state.engines ? { engines: state.engines, ...groupViews(state) } : {}),
    ...(alive && known.differences.length > 0 ? { differences: known.differences } : {}),
    jobs: [
      ...jobsIn(state.jobs).map((job) => jobView(job, state.phase === "ended" || isDone(job, state))),
      ...(state.strays?.own ?? []).map(strayView),
    ],
  };
}

function controllerSeconds({ reports: { controller } }: SessionState): { controllerSeconds?: number } {
  const isThere = controller.state === "started" || controller.state === "answering";
  return isThere && controller.storageSeconds !== undefined ? { controllerSeconds: controller.storageSeconds } : {};
}

/** Of an array whose engines were all let go nobody waits for a second answer without it. */
function isDone(job: JobFacts, state: SessionState): boolean {
  return job.absences > 0 && !jobsThatCount(state).includes(job);
}

function jobView(job: JobFacts, isOver: boolean): JobView {
  const { record, status } = job;
  const isListed = !isOver && !isGone(job);
  return {
    role: record.role,
    ...(record.array ? arrayView(record.array) : {}),
    ...(record.id === undefined ? {} : { id: record.id }),
    state: isListed ? (status?.state ?? "unknown") : "finished",
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

function arrayView({ group, first, tasks }: EngineArray) {
  return { group, engines: tasks === 1 ? String(first) : `${first}-${first + tasks - 1}` };
}

/** What this machine knows of a session whose host cannot be reached. */
export function viewFromHere(session: Session, connection: ConnectionFacts | undefined): StatusView {
  return {
    name: session.name,
    phase: "unknown",
    why: `${session.host} cannot be asked`,
    directory: session.notebook.directory,
    ...(connection ? tunnelView(connection) : {}),
    jobs: [],
  };
}

function connectionView(connection: ConnectionFacts, url: (baseUrl: string) => string) {
  const { baseUrl, stuck } = connection;
  return stuck === undefined ? { url: url(baseUrl), ...tunnelView(connection) } : tunnelView(connection);
}

function tunnelView({ kind, note, healing, stuck }: ConnectionFacts) {
  if (stuck !== undefined) return { tunnelClosed: stuck };
  return {
    tunnel: kind,
    ...(note === undefined ? {} : { tunnelNote: note }),
    ...(healing === undefined ? {} : { tunnelHealing: healing }),
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]]))) as Partial<
    Pick<T, K>
  >;
}
