import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { checkJson, HpcnbError } from "@hpcnb/core";
import { type KeeperNote, notePath, noteSchema } from "./protocol.js";

/** A killed process is gone within this time. */
const endLimitMs = 5_000;
const lookEveryMs = 20;

/** Bytes: a note has some hundred. */
const longestNote = 65_536;

/**
 * What tells a process from all others that had or will have its number: when it began, and its
 * command. Undefined when there is none.
 */
function identityOf(pid: number): string | undefined {
  if (!existsSync("/proc/self/stat")) return identityByPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc(5): after the name, which may hold anything, come the state and, as the 20th from there,
    // the time of the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return `${fields[19]} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()}`.slice(0, 2_000);
  } catch {
    return undefined;
  }
}

function identityByPs(pid: number): string | undefined {
  try {
    return (
      execFileSync("ps", ["-o", "lstart=,command=", "-p", String(pid)], { encoding: "utf8", stdio: "pipe" })
        .trim()
        .slice(0, 2_000) || undefined
    );
  } catch {
    return undefined;
  }
}

export function writeNote(controlSocket: string, note: Omit<KeeperNote, "pid" | "identity">): void {
  const path = notePath(controlSocket);
  const whole: KeeperNote = { ...note, pid: process.pid, identity: identityOf(process.pid) ?? "unknown" };
  writeFileSync(`${path}.new`, JSON.stringify(whole), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Undefined when there is none that makes sense. */
export function readNote(controlSocket: string): KeeperNote | undefined {
  try {
    const path = notePath(controlSocket);
    const { size } = lstatSync(path);
    return size > longestNote || !lstatSync(path).isFile()
      ? undefined
      : checkJson(noteSchema, readFileSync(path, "utf8")).value;
  } catch {
    return undefined;
  }
}

/** Whether the process that wrote the note is still there. */
export function isAlive({ pid, identity }: KeeperNote): boolean {
  return identityOf(pid) === identity;
}

/**
 * Ends a keeper that gives no answer. Only a process that is provably the one that wrote the note
 * is killed.
 * @throws HPCNB_TUNNEL when which one it is cannot be proven, or when it does not end.
 */
export async function endSilent(controlSocket: string): Promise<void> {
  const note = readNote(controlSocket);
  if (!note || !isAlive(note)) {
    throw new HpcnbError(
      "HPCNB_TUNNEL",
      `The keeper at ${controlSocket} gives no answer, and its process is not known.`,
      { hint: `End the process that \`fuser ${controlSocket}\` or \`lsof ${controlSocket}\` names, and try again.` },
    );
  }
  process.kill(note.pid, "SIGKILL");
  const deadline = performance.now() + endLimitMs;
  while (isAlive(note)) {
    if (performance.now() > deadline) {
      throw new HpcnbError("HPCNB_TUNNEL", `The keeper, process ${note.pid}, does not end although it was killed.`, {
        hint: "It may wait for a file system that does not answer. Its port stays in use as long as it is there.",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
