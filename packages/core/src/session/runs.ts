import * as v from "valibot";
import { absolutePathSchema, check, runIdSchema } from "../checked.js";
import { describeResult } from "../command.js";
import { HpcnbError, isHpcnbError } from "../errors.js";
import type { Host } from "../host.js";
import { decodeRecord } from "../records.js";
import { runDirectory, runsDirectory, secretsPath } from "./layout.js";
import { originOf } from "./origin.js";
import type { Tracker } from "./tracker.js";

/** The newest runs are kept for their logs. */
const runsKept = 10;

/**
 * Removes runs, by names relative to the directory that was entered, so that nobody who can rename
 * a folder above can lead it elsewhere. `rm -r` follows no link.
 */
const removal = `
LC_ALL=C; export LC_ALL
cd -P -- "$1" && parent=$(pwd -P) && cd -P .hpcnb/runs || exit 1
[ "$(pwd -P)" = "\${parent%/}/.hpcnb/runs" ] && [ -O .. ] && [ -O . ] || exit 1
shift
for run; do
  if [ -d "$run" ] && [ ! -L "$run" ] && [ -O "$run" ]; then rm -rf "./$run"; fi
done
`;

/** The names of the runs' directories, the newest first. */
async function listRuns(host: Host, directory: string, signal?: AbortSignal): Promise<string[]> {
  const result = await host.run(["ls", "-1t", runsDirectory(directory)], { signal });
  return result.exitCode === 0 ? result.stdout.split("\n").filter((name) => v.is(runIdSchema, name)) : [];
}

export interface KnownRuns {
  /** Runs that were started in this very directory. */
  readonly own: ReadonlySet<string>;
  /** Runs that are known to be another directory's. */
  readonly elsewhere: ReadonlySet<string>;
}

/** What the secrets of runs and this machine's memory say of where they were started. */
export async function knownRuns({ context, directory }: Tracker, signal?: AbortSignal): Promise<KnownRuns> {
  const { host, remembered = [] } = context;
  const own = new Set<string>();
  const elsewhere = new Set<string>();
  for (const known of remembered) (known.directory === directory ? own : elsewhere).add(known.run);
  const ids = await listRuns(host, directory, signal);
  const secrets = await readEach(host, secretsOf(directory, ids), signal);
  for (const [index, id] of ids.entries()) {
    const started = startedIn(secrets[index], id);
    if (started === undefined) continue;
    const origin = await originOf(host, directory, { run: { id, directory: started }, remembered, signal });
    (origin === undefined ? own : elsewhere).add(id);
  }
  for (const run of own) elsewhere.delete(run);
  return { own, elsewhere };
}

function secretsOf(directory: string, runs: readonly string[]): string[] {
  return runs.map((id) => secretsPath({ directory: runDirectory(directory, id) }));
}

/** The directory that a run's secrets name as its own; undefined where they are damaged. */
function startedIn(text: string | undefined, id: string): string | undefined {
  const directory = check(absolutePathSchema, decodeRecord(text, id)?.directory).value;
  return directory?.endsWith(runDirectory("", id)) ? directory : undefined;
}

/**
 * All at once. A file that cannot be read is as good as none, and says nothing of the others: only
 * what is proven counts.
 */
async function readEach(host: Host, paths: readonly string[], signal?: AbortSignal): Promise<(string | undefined)[]> {
  try {
    return await host.readFiles(paths, signal);
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_COMMAND_FAILED")) throw error;
    if (paths.length === 1) return [undefined];
    return (await Promise.all(paths.map((path) => readEach(host, [path], signal)))).flat();
  }
}

/**
 * Removes old runs: never one of `alive`, and only what holds the secrets of a run. What cannot be
 * removed stays until the next time.
 */
export async function pruneRuns(tracker: Tracker, alive: () => Promise<ReadonlySet<string>>): Promise<void> {
  const { host } = tracker.context;
  const old = (await listRuns(host, tracker.directory)).slice(runsKept);
  if (old.length === 0) return;
  const needed = await alive();
  const texts = await readEach(host, secretsOf(tracker.directory, old));
  const dead = old.filter((id, index) => texts[index] !== undefined && !needed.has(id));
  if (dead.length > 0) await removeRuns(host, tracker.directory, dead);
}

/** @throws HPCNB_COMMAND_FAILED when one stays. */
export async function removeRuns(host: Host, directory: string, runs: readonly string[]): Promise<void> {
  const result = await host.run(["sh", "-c", removal, "hpcnb", directory, ...runs]);
  if (result.exitCode === 0) return;
  throw new HpcnbError(
    "HPCNB_COMMAND_FAILED",
    `${runs.join(", ")} in ${runsDirectory(directory)} cannot be removed: ${describeResult(result)}`,
  );
}
