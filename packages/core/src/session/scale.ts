import { HpcnbError } from "../errors.js";
import { numbersIn, rangesOf } from "../task-ranges.js";
import type { SessionContext } from "./context.js";
import { lastEngine } from "./engine-arrays.js";
import { type EngineFacts, isLost, isRegistered } from "./engines.js";
import { withLock } from "./lock.js";
import { openTracker } from "./open-session.js";
import { type ClusterRecord, clusterOf, type SessionRecord } from "./session-record.js";
import { enginesIn } from "./session-state.js";
import { planContext, resume, settle } from "./settle.js";
import { arrayJobs } from "./start-run.js";
import { whyNoRecord } from "./strays.js";
import type { Tracker } from "./tracker.js";

/** What scaling does to a group of engines. */
export interface GroupChange {
  readonly group: string;
  /** How many were asked for before, and are now. */
  readonly before: number;
  readonly wanted: number;
  /** Submitted as new arrays. */
  readonly added: number;
  /** Cancelled before they ran, or because they were lost. */
  readonly dismissed: number;
  /** Told to end as soon as they are idle. */
  readonly retiring: number;
}

/**
 * Makes the groups of a running session have as many engines as asked for: more come as another
 * array, fewer are taken from those that wait and then from those that are idle. Engines that are
 * lost or have failed are not counted, and so are replaced.
 *
 * @param ask the numbers by group, from the numbers that are asked for now.
 * @throws HPCNB_NO_SESSION, HPCNB_BUSY, HPCNB_SUBMIT_REJECTED (as many are asked for as before
 *   then).
 */
export async function scale(
  context: SessionContext,
  ask: (wanted: Readonly<Record<string, number>>) => Readonly<Record<string, number>>,
  signal?: AbortSignal,
): Promise<GroupChange[]> {
  const tracker = await openTracker(context, "look", signal);
  return withLock(tracker, signal, async () => {
    await tracker.observe();
    const before = expectCluster(tracker).cluster.wanted;
    const wanted = ask(before);
    const record = expectCluster(tracker);
    if (tracker.state.phase === "submitting") {
      await resume(tracker, record, signal);
      await tracker.askScheduler();
    }
    return setEngines(tracker, { ...before, ...wanted }, signal);
  });
}

/**
 * The same for a session whose lock is held, whose state was observed, and whose record is settled.
 */
export async function setEngines(
  tracker: Tracker,
  wanted: Readonly<Record<string, number>>,
  signal?: AbortSignal,
): Promise<GroupChange[]> {
  if (tracker.state.trouble !== undefined) {
    throw new HpcnbError(
      "HPCNB_SCHEDULER_UNREACHABLE",
      `Without the scheduler's answer nothing can be changed: ${tracker.state.trouble}`,
      {
        transient: true,
        hint: "Nothing has changed. Try again.",
      },
    );
  }
  const record = expectCluster(tracker);
  const engines = enginesIn(tracker.state);
  const cancelsTasks = !tracker.context.lacks?.has("cancelTasks");
  const dismissed = new Set<number>();
  const changes = Object.entries(wanted).map(([group, count]): GroupChange => {
    const own = engines.filter((engine) => engine.group === group);
    const dead = own.filter((engine) => !isLive(engine));
    const live = own.filter(isLive);
    const excess = Math.max(0, live.length - count);
    const queued = live.filter(({ state, report }) => cancelsTasks && state === "queued" && report === undefined);
    const waiting = excess === 0 ? [] : queued.slice(-excess);
    for (const { number } of [...dead, ...waiting]) dismissed.add(number);
    return {
      group,
      before: record.cluster.wanted[group] ?? 0,
      wanted: count,
      added: Math.max(0, count - live.length),
      dismissed: dead.length + waiting.length,
      retiring: excess - waiting.length,
    };
  });
  refuseMoreThanAllowed(tracker.context, changes);
  const token = await tracker.token.read();
  const cluster = clusterOf(record);
  if (!cluster) throw new Error("A record with a cluster has none");
  const context = { ...planContext(tracker, { ...record.run, token }, cluster), cluster };
  const first = 1 + lastEngine(record);
  const added = Object.fromEntries(changes.map((change) => [change.group, change.added]));
  const next: SessionRecord = {
    ...record,
    cluster: { ...record.cluster, wanted, unsettled: { before: record.cluster.wanted } },
    jobs: [...record.jobs.map((job) => dismiss(job, dismissed)), ...arrayJobs(tracker, context, added, first)],
  };
  await tracker.writeRecord(next);
  await settle(tracker, next, signal);
  return changes;
}

/** Fewer engines are always right, and so are new ones for those that were lost. */
function refuseMoreThanAllowed({ session: { site } }: SessionContext, changes: readonly GroupChange[]): void {
  const total = (key: "before" | "wanted") => changes.reduce((sum, change) => sum + change[key], 0);
  const limit = site?.mostEngines;
  if (!limit || total("wanted") <= Math.max(limit.value, total("before"))) return;
  const message = `A session has at most ${limit.value} engines ${limit.where}, and ${total("wanted")} are asked for.`;
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", message, { hint: "Nothing has changed.", help: site.help });
}

function dismiss(job: SessionRecord["jobs"][number], numbers: ReadonlySet<number>): SessionRecord["jobs"][number] {
  const { array } = job;
  if (!array) return job;
  const own = numbersIn([array]).filter((one) => numbers.has(one));
  if (own.length === 0) return job;
  return { ...job, array: { ...array, dismissed: rangesOf([...numbersIn(array.dismissed ?? []), ...own]) } };
}

/**
 * Whether an engine can be counted on: one that was lost may be on a dead host, where it stays
 * listed.
 */
function isLive(engine: EngineFacts): boolean {
  return !isLost(engine) && (engine.state !== "failed" || isRegistered(engine));
}

/** @throws HPCNB_NO_SESSION when there is no cluster that could be made larger or smaller. */
function expectCluster({ state, context }: Tracker): SessionRecord & { readonly cluster: ClusterRecord } {
  const { record, phase, loss } = state;
  const { name } = context.session;
  const noRecord = whyNoRecord(state);
  if (noRecord) throw noRecord;
  const problem =
    !record || record.ended || phase === "failed" || phase === "stopping"
      ? `${name} does not run`
      : !record.cluster
        ? `${name} was started without a cluster`
        : loss?.role === "controller"
          ? `The controller of ${name} is lost: ${loss.why}`
          : undefined;
  if (record?.cluster && problem === undefined) return { ...record, cluster: record.cluster };
  throw new HpcnbError("HPCNB_NO_SESSION", `${problem}.`, { hint: "`hpcnb up` starts it." });
}
