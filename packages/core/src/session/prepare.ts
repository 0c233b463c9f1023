import { describeResult } from "../command.js";
import { HpcnbError } from "../errors.js";
import type { Host } from "../host.js";

/**
 * Ends with the directory's path, or with one of these exit codes. `pwd -L`: a physical path may not exist on other hosts.
 * Of the runs the ten newest are kept for their logs, and git is told to leave all of it alone, because it holds secrets.
 * `tee` names the file and the cause when a disk is full; a shell's own `echo` says "I/O error".
 */
const script = `
case $1 in "~") set -- "$HOME" "$2" ;; "~/"*) set -- "$HOME/\${1#"~/"}" "$2" ;; esac
[ -e "$1" ] || exit 81
[ -d "$1" ] || exit 82
unset CDPATH
cd -- "$1" || exit 83
[ "$2" = look ] || mkdir -p -m 700 .hpcnb || exit 84
if [ -e .hpcnb ]; then
  [ -O .hpcnb ] || exit 85
  if [ "$2" != look ]; then
    chmod 700 .hpcnb && { [ -s .hpcnb/.gitignore ] || echo '*' | tee .hpcnb/.gitignore > /dev/null; } || exit 84
    ls -1t .hpcnb/runs 2>/dev/null | tail -n +11 | while read -r run; do rm -rf ".hpcnb/runs/$run"; done
  fi
fi
pwd -L
`;

const problems: Record<number, string> = {
  81: "does not exist",
  82: "is not a directory",
  83: "cannot be entered",
  84: "cannot be written to",
  85: "has a .hpcnb folder that belongs to another user",
};

/**
 * The notebook directory as an absolute path on the host. With "make", the place for the session's state (`.hpcnb`, 0700) is made in
 * it; with "look", nothing is changed.
 * @throws HPCNB_DIRECTORY saying what is wrong with it.
 */
export async function resolveDirectory(
  host: Host,
  directory: string,
  mode: "make" | "look",
  signal?: AbortSignal,
): Promise<string> {
  const result = await host.run(["sh", "-c", script, "hpcnb", directory, mode], { signal });
  if (result.exitCode === 0) return result.stdout.replace(/\n$/, "");
  const problem = problems[result.exitCode ?? -1];
  if (!problem) throw new HpcnbError("HPCNB_DIRECTORY", `${directory} on ${host.name}: ${describeResult(result)}`);
  const detail = result.stderr.trim();
  throw new HpcnbError("HPCNB_DIRECTORY", `${directory} on ${host.name} ${problem}${detail ? ` (${detail})` : ""}.`, {
    hint:
      result.exitCode === 84
        ? "Its permissions (`ls -ld`), a full disk (`df -h`) or an exhausted quota (`quota -s`) may be why."
        : "notebook.directory is the folder with the notebooks, as the cluster sees it.",
  });
}
