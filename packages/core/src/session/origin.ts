import { expectSuccess } from "../command.js";
import type { Host } from "../host.js";
import type { RememberedRun } from "./context.js";
import { runDirectory } from "./layout.js";

/**
 * Prints for each directory whether it is the first one seen by another path, another one, or gone.
 * The inode tells: it is the same wherever a file system is mounted, while the device's number is
 * not.
 */
const script = `
inode() { LC_ALL=C ls -di -- "$1" 2> /dev/null | { read -r number rest; echo "$number"; }; }
here=$(inode "$1")
shift
for other; do
  there=$(inode "$other")
  if [ -z "$there" ]; then echo gone; elif [ "$there" = "$here" ]; then echo same; else echo other; fi
done
`;

/**
 * The notebook directory that a run found in `directory` really belongs to, if `directory` is only
 * a copy of it. A run tells the directory that it was started in. Where that is gone the folder was
 * moved, unless this machine has met the run elsewhere since: see docs/decisions/0011.
 */
export async function originOf(
  host: Host,
  directory: string,
  {
    run,
    remembered,
    signal,
  }: {
    readonly run: { readonly id: string; readonly directory: string };
    readonly remembered: readonly RememberedRun[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string | undefined> {
  const found = runDirectory(directory, run.id);
  if (run.directory === found) return undefined;
  const met = remembered.filter((known) => known.run === run.id).map((known) => runDirectory(known.directory, run.id));
  const runs = [run.directory, ...met.filter((one) => one !== found)];
  const result = await host.run(["sh", "-c", script, "hpcnb", found, ...runs], { signal });
  const answers = expectSuccess(result, `Comparing ${found} with ${runs.join(", ")}`).stdout.split("\n");
  if (answers[0] === "same") return undefined;
  return runs[answers.indexOf("other")]?.slice(0, -runDirectory("", run.id).length);
}
