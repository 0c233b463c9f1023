import {
  clusterOf,
  HpcnbError,
  type LogPlace,
  prepared,
  type Role,
  type SessionRecord,
  type Tracker,
} from "@hpcnb/core";
import { withSession } from "../with-session.js";

export interface LogsOptions {
  /** `[session] [notebook | controller | engine K]` */
  readonly words: readonly string[];
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks for new lines. */
const followEvery = 1_000;

export async function logs({ words, follow, signal }: LogsOptions): Promise<void> {
  const { session: argument, role, engine } = parseLogWords(words);
  await withSession(argument, async ({ context }) => {
    const tracker = await prepared(context, "look", signal);
    const record = await tracker.readRecord();
    if (!record) {
      throw new HpcnbError("HPCNB_NO_SESSION", `${context.session.name} was never started: it has no logs.`, {
        hint: "`hpcnb up` starts it.",
      });
    }
    const path = context.workload.logPath(logPlace(record, role, engine));
    let offset = await printFrom(tracker, path, 1, signal);
    if (offset === undefined) process.stderr.write(`Nothing yet: ${path} will be there once the job has started.\n`);
    while (follow) {
      await context.clock.sleep(followEvery, signal);
      offset = (await printFrom(tracker, path, offset ?? 1, signal)) ?? offset;
      if ((await tracker.readRecord())?.ended) return;
    }
  });
}

/** @throws HPCNB_BAD_ARGUMENTS when there is no such job. */
function logPlace(record: SessionRecord, role: Role, engine: number | undefined): LogPlace {
  const { run, name } = record;
  const cluster = clusterOf(record);
  if (role === "notebook") return { role, run };
  if (!cluster)
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${name} has no ${role}: it was started without a cluster.`);
  if (role === "controller") return { role, run, cluster };
  const arrays = record.jobs.flatMap(({ array }) => (array ? [array] : []));
  const array = arrays.find(({ first, tasks }) => engine !== undefined && first <= engine && engine < first + tasks);
  if (array && engine !== undefined) return { role, cluster, array, engine };
  const last = Math.max(0, ...arrays.map(({ first, tasks }) => first + tasks - 1));
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${name} has no engine ${engine}: its engines are 1 to ${last}.`);
}

/** Prints the file from byte `offset` on (counted from 1) and returns where it ended; undefined if there is no such file. */
async function printFrom(
  tracker: Tracker,
  path: string,
  offset: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const result = await tracker.context.host.run(["tail", "-c", `+${offset}`, path], { signal });
  if (result.exitCode !== 0) return undefined;
  process.stdout.write(result.stdout);
  return offset + Buffer.byteLength(result.stdout);
}

/** @throws HPCNB_BAD_ARGUMENTS */
export function parseLogWords(words: readonly string[]): { session: string | undefined; role: Role; engine?: number } {
  const rest = [...words];
  const isRole = (word: string | undefined) => word !== undefined && /^(notebook|controller|engines?)$/.test(word);
  const session = rest.length > 0 && !isRole(rest[0]) ? rest.shift() : undefined;
  const role = rest.shift() ?? "notebook";
  if (role === "notebook" || role === "controller") {
    if (rest.length === 0) return { session, role };
  } else if (isRole(role)) {
    const [engine, ...more] = rest;
    if (engine !== undefined && /^[1-9]\d{0,6}$/.test(engine) && more.length === 0)
      return { session, role: "engines", engine: Number(engine) };
  }
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `"${words.join(" ")}" names no log.`, {
    hint: "Use: hpcnb logs [session] [notebook | controller | engine K], with K counted from 1.",
  });
}
