import {
  type ConnectionFacts,
  type EngineArray,
  type EngineDifference,
  engineDifferences,
  enginesIn,
  isGone,
  isHpcnbError,
  isRegistered,
  type JobFacts,
  jobsIn,
  prepared,
  type Session,
  type SessionState,
  type Tracker,
  withLogs,
} from "@hpcnb/core";
import { connectionOf, whyClosed } from "@hpcnb/tunnel";
import { withSession } from "../with-session.js";

/** How many engines that are not well are shown one by one. */
const shownEngines = 10;

export async function status(options: {
  session: string | undefined;
  json: boolean;
  signal: AbortSignal;
}): Promise<void> {
  await withSession(options.session, async ({ context, session }) => {
    const print = (view: StatusView) =>
      process.stdout.write(options.json ? `${JSON.stringify(view)}\n` : renderStatus(view));
    let tracker: Tracker;
    try {
      tracker = await prepared(context, "look", options.signal);
      await tracker.observe();
      await tracker.askWhy();
    } catch (error) {
      // What is on this machine can be told all the same; the jobs are unknown, not gone.
      if (isHpcnbError(error, "HPCNB_SSH")) print(viewFromHere(session, await connectionOf(session)));
      throw error;
    }
    const differences = engineDifferences(tracker.state);
    const view = statusView(session, tracker.state, {
      differences: [
        ...(await withLogs(tracker, differences.slice(0, shownEngines))),
        ...differences.slice(shownEngines),
      ],
      directory: tracker.directory,
      readiness: context.readiness.name,
      tunnelClosed: context.connector && (await whyClosed(context.host, tracker.directory)),
      url: (baseUrl) => context.workload.url(baseUrl, session),
    });
    print(view);
  });
}

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
  /** "socket <path>" or "port <address>:<port>", with a note why a socket was not possible. */
  readonly listens?: string;
  readonly tunnel?: string;
  /** Why it is not a kind that is tried before this one. */
  readonly tunnelNote?: string;
  /** The tunnel broke, and is being opened again on the same port. */
  readonly tunnelHealing?: { readonly since: string; readonly why: string };
  /** Why the last tunnel was given up; there is none now. */
  readonly tunnelClosed?: string;
  readonly storage?: { readonly strategy: string; readonly seconds: number };
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
  const why = state.record?.ended?.why ?? (state.loss && `${state.loss.role}: ${state.loss.why}`);
  return {
    name: session.name,
    phase: state.phase,
    ...(why ? { why } : {}),
    ...(state.trouble === undefined ? {} : { trouble: state.trouble }),
    directory: known.directory,
    ...(alive && state.connection ? { url: known.url(state.connection.baseUrl), ...tunnelView(state.connection) } : {}),
    ...(alive && !state.connection && known.tunnelClosed !== undefined ? { tunnelClosed: known.tunnelClosed } : {}),
    ...(alive && notebook.state === "answering"
      ? {
          server: notebook.server,
          listens: `${notebook.endpoint.kind === "socket" ? `socket ${notebook.endpoint.path}` : `port ${notebook.endpoint.address}:${notebook.endpoint.port}`}${notebook.note ? ` (${notebook.note})` : ""}`,
        }
      : {}),
    ...(alive && (notebook.state === "answering" || notebook.state === "started")
      ? { storage: { strategy: known.readiness, seconds: notebook.storageSeconds } }
      : {}),
    ...(alive && state.engines ? { engines: state.engines, ...groupViews(state) } : {}),
    ...(alive && known.differences.length > 0 ? { differences: known.differences } : {}),
    jobs: jobsIn(state.jobs).map((job) => jobView(job, state.phase === "ended")),
  };
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

function viewFromHere(session: Session, connection: ConnectionFacts | undefined): StatusView {
  return {
    name: session.name,
    phase: "unknown",
    why: `${session.host} cannot be asked`,
    directory: session.notebook.directory,
    ...(connection ? tunnelView(connection) : {}),
    jobs: [],
  };
}

function tunnelView({ kind, note, healing }: ConnectionFacts) {
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

/** A text of several lines below its row. */
function indented(text: string, start = ""): string {
  return start + text.trimEnd().replaceAll("\n", "\n    ");
}

export function renderStatus(view: StatusView): string {
  const rows: [string, string | undefined][] = [
    [view.name, `${view.phase}${view.why ? `: ${view.why}` : ""}`],
    ["trouble", view.trouble && indented(view.trouble)],
    ["directory", view.directory],
    ["url", view.url],
    ["server", view.server],
    ["listens", view.listens],
    ["tunnel", view.tunnel && [view.tunnel, view.tunnelNote && `(${view.tunnelNote})`].filter(Boolean).join(" ")],
    ["tunnel", view.tunnelClosed && `closed: ${indented(view.tunnelClosed)}`],
    [
      "healing",
      view.tunnelHealing && `since ${view.tunnelHealing.since}, on the same port: ${indented(view.tunnelHealing.why)}`,
    ],
    ["storage", view.storage && `ready after ${view.storage.seconds.toFixed(1)} s (${view.storage.strategy})`],
    [
      "engines",
      view.engines &&
        `${view.engines.registered} of ${view.engines.asked} registered; queued ${view.engines.queued}, starting ${view.engines.starting}, running ${view.engines.running}, failed ${view.engines.failed}, lost ${view.engines.lost}`,
    ],
    ...(view.groups ?? []).map(({ name, asked, registered }): [string, string] => [
      "group",
      `${name}: ${registered} of ${asked} registered`,
    ]),
    ...view.jobs.map((job): [string, string] => [
      job.role === "engines" ? "array" : job.role,
      [
        `job ${job.id ?? "not submitted"}`,
        job.engines &&
          `(${job.group === "engines" ? "" : `${job.group}: `}${job.engines.includes("-") ? "engines" : "engine"} ${job.engines})`,
        job.state,
        job.native && `(${job.native})`,
        job.host && `on ${job.host}`,
        job.reason && indented(job.reason, job.reason.includes("\n") ? "\n    " : ""),
      ]
        .filter(Boolean)
        .join(" "),
    ]),
  ];
  const differences = view.differences ?? [];
  for (const { engine, host, problem, log } of differences.slice(0, shownEngines)) {
    const where = host === undefined ? "" : `on ${host}: `;
    rows.push([`engine ${engine}`, indented(`${where}${problem}${log === undefined ? "" : `\n${log}`}`)]);
  }
  if (differences.length > shownEngines) {
    rows.push(["engines", `and ${differences.length - shownEngines} more are not well: --json lists all`]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, text]) => (text ? [`${name.padEnd(width)}  ${text}\n`] : [])).join("");
}
