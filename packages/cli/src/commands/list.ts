import { type KnownSession, knownSessions, type ListedSession, momentsOf, rememberEnd } from "@hpcnb/client";
import { defined, isHpcnbError } from "@hpcnb/core";
import { isAlive, lookAt, nameOfState, type SessionState } from "@hpcnb/core/session";
import { type OpenSession, withSession } from "../opening/with-session.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";
import { askForNoTrust } from "../printing/trust.js";
import { createProgress, silentProgress } from "../report/progress.js";
import { renderList } from "../report/render-list.js";

export async function list(options: { signal: AbortSignal }): Promise<Outcome<"list">> {
  askForNoTrust();
  const rows = onePerRun(await lookAtAll(knownSessions(tell), options.signal));
  return rows.length === 0
    ? { value: rows, notes: ["This machine knows no session. `hpcnb up` starts one."] }
    : { value: rows, text: renderList(rows, Date.now()) };
}

/** Whom it waits for is shown: a list is as slow as the slowest host. */
async function lookAtAll(known: readonly KnownSession[], signal: AbortSignal): Promise<ListedSession[]> {
  const progress = createProgress({ isBrief: true });
  const left = new Set(known);
  const tellLeft = () => {
    const hosts = [...new Set([...left].map(({ host }) => host ?? "this machine"))].join(", ");
    if (left.size > 0)
      progress.begin(`looking at ${left.size} ${left.size === 1 ? "session" : "sessions"} on ${hosts}`);
  };
  try {
    tellLeft();
    const looks = known.map(async (session) => {
      const row = await look(session, signal);
      left.delete(session);
      tellLeft();
      return row;
    });
    return await Promise.all(looks);
  } finally {
    progress.stop();
  }
}

/**
 * One whose end was seen from here is not asked again. One that cannot be asked is shown with the
 * reason; the others must not suffer from it.
 */
async function look({ name, file, ended }: KnownSession, signal: AbortSignal): Promise<ListedSession> {
  if (ended) return { name, state: ended.state, phase: "ended", file, endedAt: ended.at };
  try {
    const work = async ({ context, session }: OpenSession) => {
      const tracker = await lookAt(context, signal);
      const { state } = tracker;
      const { phase, connection, record, engines } = state;
      noteEnd(session, state);
      const alive = isAlive(phase);
      return {
        name,
        state: nameOfState(state),
        phase,
        file,
        ...momentsOf(state),
        ...defined({
          engines: alive ? engines : undefined,
          run: record?.run.id,
          url: alive && connection ? context.workload.url(connection.baseUrl, session) : undefined,
        }),
      };
    };
    return await withSession(file, work, { progress: silentProgress });
  } catch (error) {
    if (!isHpcnbError(error) || error.code === "HPCNB_ABORTED") throw error;
    return { name, state: "unknown", phase: "unknown", file, problem: error.message.split("\n")[0] ?? error.code };
  }
}

/**
 * A session is known by its file and by its address where it was started again after the one and
 * before the other was used.
 */
export function onePerRun(rows: readonly ListedSession[]): ListedSession[] {
  return rows.filter(({ run }, index) => run === undefined || rows.findIndex((row) => row.run === run) === index);
}

/** Its end may have come from another machine. */
function noteEnd(session: Pick<KnownSession, "name" | "file">, state: SessionState): void {
  const { ended } = state.record ?? {};
  if (ended) rememberEnd(session, { at: ended.at, state: nameOfState(state) }, tell);
}
