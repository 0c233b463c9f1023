import { isHpcnbError, prepared, printableLine } from "@hpcnb/core";
import { type KnownSession, knownSessions } from "../client-state.js";
import { printJson, printText, tell } from "../print.js";
import { createProgress, silentProgress } from "../report/progress.js";
import { type OpenSession, withSession } from "../with-session.js";

export interface ListedSession {
  readonly name: string;
  readonly phase: string;
  readonly file: string;
  readonly run?: string;
  readonly url?: string;
  readonly problem?: string;
}

export async function list(options: { json: boolean; signal: AbortSignal }): Promise<void> {
  const rows = onePerRun(await lookAtAll(knownSessions(), options.signal));
  if (options.json) printJson(rows);
  else if (rows.length === 0) tell("No session was started from this machine.");
  else printText(renderList(rows));
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
      const row = await look(session.name, session.file, signal);
      left.delete(session);
      tellLeft();
      return row;
    });
    return await Promise.all(looks);
  } finally {
    progress.stop();
  }
}

/** A session that cannot be asked is shown with the reason; the others must not suffer from it. */
async function look(name: string, file: string, signal: AbortSignal): Promise<ListedSession> {
  try {
    const work = async ({ context, session }: OpenSession) => {
      const tracker = await prepared(context, "look", signal);
      await tracker.observe();
      const { phase, connection, record } = tracker.state;
      return {
        name,
        phase,
        file,
        ...(record ? { run: record.run.id } : {}),
        ...(connection ? { url: context.workload.url(connection.baseUrl, session) } : {}),
      };
    };
    return await withSession(file, work, { progress: silentProgress });
  } catch (error) {
    if (!isHpcnbError(error) || error.code === "HPCNB_ABORTED") throw error;
    return { name, phase: "unknown", file, problem: error.message.split("\n")[0] ?? error.code };
  }
}

/** A session is known by its file and by its address where it was started again after the one and before the other was used. */
export function onePerRun(rows: readonly ListedSession[]): ListedSession[] {
  return rows.filter(({ run }, index) => run === undefined || rows.findIndex((row) => row.run === run) === index);
}

export function renderList(rows: readonly ListedSession[]): string {
  const width = (pick: (row: ListedSession) => string) => Math.max(...rows.map((row) => pick(row).length));
  const [names, phases] = [width(({ name }) => name), width(({ phase }) => phase)];
  return rows
    .map(
      ({ name, phase, file, url, problem }) =>
        `${printableLine(`${name.padEnd(names)}  ${phase.padEnd(phases)}  ${url ?? problem ?? "-"}  ${file}`)}\n`,
    )
    .join("");
}
