import { describeResult } from "../command.js";
import { HpcnbError } from "../errors.js";
import type { Host } from "../host.js";
import { aheadBy } from "./host-clock.js";
import { directoryScript, problemOf } from "./notebook-directory-script.js";

export interface ResolveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told what the user should know of the directory. */
  readonly note?: ((text: string) => void) | undefined;
  /** Told how far the host's clock is ahead of this machine's. */
  readonly onClock?: (aheadMs: number) => void;
  /**
   * With "look": told the text of the session's record, which spares a call. Not where there is
   * none, or where it cannot be read like this.
   */
  readonly onRecord?: (text: string) => void;
}

/**
 * The notebook directory as an absolute path on the host. With "make", the place for the session's
 * state (`.hpcnb`, 0700) is made in it; with "look", nothing is changed, but for a place that
 * others may enter: that is closed.
 * @throws HPCNB_DIRECTORY saying what is wrong with it.
 */
export async function findNotebookDirectory(
  host: Host,
  directory: string,
  mode: "make" | "look",
  { signal, note, onClock, onRecord }: ResolveOptions = {},
): Promise<string> {
  const before = Date.now();
  const result = await host.run(["sh", "-c", directoryScript, "hpcnb", directory, mode], { signal });
  const where = `${directory} on ${host.name}`;
  if (result.exitCode !== 0) {
    const problem = problemOf(result);
    if (!problem) throw new HpcnbError("HPCNB_DIRECTORY", `${where}: ${describeResult(result)}`);
    throw new HpcnbError("HPCNB_DIRECTORY", `${where} ${problem.what}.`, { hint: problem.hint });
  }
  const [path = "", now = "", ...rest] = result.stdout.split("\n");
  const end = rest.indexOf("record");
  if (end >= 0) onRecord?.(rest.slice(end + 1).join("\n"));
  // Without a record the last one is what follows the last newline: nothing.
  const facts = rest.slice(0, end);
  const seconds = Number(/^now (\d{1,12})$/.exec(now)?.[1]);
  if (!Number.isNaN(seconds)) onClock?.(aheadBy(seconds, { before, after: Date.now() }));
  for (const fact of facts) note?.(noteOf(fact, where));
  return path;
}

/** Each line that the script prints after the path. */
function noteOf(fact: string, where: string): string {
  const [word, ...rest] = fact.split(" ");
  const mode = rest.join(" ");
  if (word === "closed")
    return `The .hpcnb folder in ${where} was open to others (${mode}) and is closed now. Others may have read the token and the keys of a running session: \`hpcnb down\` and \`hpcnb up\` make new ones.`;
  if (word === "open")
    return `The .hpcnb folder in ${where} is open to others (${mode}) and cannot be closed: they may read the session's token there. A directory on a file system that keeps permissions is safer.`;
  return `Others can write to ${where} (${mode}): they cannot read the session's .hpcnb folder there, but they can rename it. A folder of your own is safer.`;
}
