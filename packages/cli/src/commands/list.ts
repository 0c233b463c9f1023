import { isHpcnbError, prepared, printableLine } from "@hpcnb/core";
import { knownSessions } from "../client-state.js";
import { printJson, printText, tell } from "../print.js";
import { withSession } from "../with-session.js";

export interface ListedSession {
  readonly name: string;
  readonly phase: string;
  readonly file: string;
  readonly run?: string;
  readonly url?: string;
  readonly problem?: string;
}

export async function list(options: { json: boolean; signal: AbortSignal }): Promise<void> {
  const rows = onePerRun(await Promise.all(knownSessions().map(({ name, file }) => look(name, file, options.signal))));
  if (options.json) printJson(rows);
  else if (rows.length === 0) tell("No session was started from this machine.");
  else printText(renderList(rows));
}

/** A session that cannot be asked is shown with the reason; the others must not suffer from it. */
async function look(name: string, file: string, signal: AbortSignal): Promise<ListedSession> {
  try {
    return await withSession(file, async ({ context, session }) => {
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
    });
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
