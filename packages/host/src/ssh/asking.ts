import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Whether a client, or one that it started for a host on the way, may be asking at the terminal
 * now. OpenSSH opens /dev/tty for as long as it asks. Where that cannot be seen, on macOS, it may.
 */
export function mayAskNow(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  if (process.platform !== "linux") return true;
  return [pid, ...descendants(pid)].some(hasTerminalOpen);
}

function hasTerminalOpen(pid: number): boolean {
  const directory = `/proc/${pid}/fd`;
  const open = orNothing(() => readdirSync(directory), []);
  return open.some((name) => orNothing(() => readlinkSync(`${directory}/${name}`), "") === "/dev/tty");
}

function descendants(pid: number): number[] {
  const text = orNothing(() => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"), "");
  const children = text.split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** A process may end while it is looked at, and then asks nothing. */
function orNothing<T>(look: () => T, nothing: T): T {
  try {
    return look();
  } catch {
    return nothing;
  }
}
