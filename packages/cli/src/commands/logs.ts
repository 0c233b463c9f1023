import {
  clusterOf,
  expectSuccess,
  type Host,
  HpcnbError,
  type LogPlace,
  prepared,
  type Role,
  type SessionRecord,
} from "@hpcnb/core";
import { printBytes, tell } from "../print.js";
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
    let printed = 0;
    const print = async (): Promise<boolean> => {
      const bytes = await readBytes(context.host, path, printed, signal);
      if (bytes) printBytes(bytes);
      printed += bytes?.length ?? 0;
      return bytes !== undefined;
    };
    if (!(await print())) tell(`Nothing yet: ${path} will be there once the job has started.`);
    for (let isOver = false; follow && !isOver; ) {
      await context.clock.sleep(followEvery, signal);
      // Asked first, so that the last lines are not missed.
      isOver = (await tracker.readRecord())?.ended !== undefined;
      await print();
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

/**
 * The bytes of a file after the first `skipped`; undefined if there is no such file. In base64, because a log may be in any encoding, and
 * may end in the middle of a character.
 */
export async function readBytes(
  host: Host,
  path: string,
  skipped: number,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  const script = '[ -r "$2" ] || exit 3; tail -c "+$1" "$2" | base64';
  const result = await host.run(["sh", "-c", script, "sh", String(skipped + 1), path], { signal });
  if (result.exitCode === 3) return undefined;
  return Buffer.from(expectSuccess(result, `${path} cannot be read`).stdout, "base64");
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
