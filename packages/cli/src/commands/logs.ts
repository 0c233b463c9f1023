import { HpcnbError, prepared, type Role, type Tracker } from "@hpcnb/core";
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
  const { session: argument, role, task } = parseLogWords(words);
  await withSession(argument, async ({ context }) => {
    const tracker = await prepared(context, "look", signal);
    const record = await tracker.readRecord();
    if (!record) {
      throw new HpcnbError("HPCNB_NO_SESSION", `${context.session.name} was never started: it has no logs.`, {
        hint: "`hpcnb up` starts it.",
      });
    }
    if (!record.jobs.some((job) => job.role === role)) {
      throw new HpcnbError(
        "HPCNB_BAD_ARGUMENTS",
        `${context.session.name} has no ${role}: its session file has no cluster.`,
      );
    }
    const path = context.workload.logPath(record.run, role, task);
    let offset = await printFrom(tracker, path, 1, signal);
    if (offset === undefined) process.stderr.write(`Nothing yet: ${path} will be there once the job has started.\n`);
    while (follow) {
      await context.clock.sleep(followEvery, signal);
      offset = (await printFrom(tracker, path, offset ?? 1, signal)) ?? offset;
      if ((await tracker.readRecord())?.ended) return;
    }
  });
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
export function parseLogWords(words: readonly string[]): { session: string | undefined; role: Role; task?: number } {
  const rest = [...words];
  const isRole = (word: string | undefined) => word !== undefined && /^(notebook|controller|engines?)$/.test(word);
  const session = rest.length > 0 && !isRole(rest[0]) ? rest.shift() : undefined;
  const role = rest.shift() ?? "notebook";
  if (role === "notebook" || role === "controller") {
    if (rest.length === 0) return { session, role };
  } else if (isRole(role)) {
    const [task, ...more] = rest;
    if (task !== undefined && /^[1-9]\d{0,6}$/.test(task) && more.length === 0)
      return { session, role: "engines", task: Number(task) };
  }
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `"${words.join(" ")}" names no log.`, {
    hint: "Use: hpcnb logs [session] [notebook | controller | engine K], with K counted from 1.",
  });
}
