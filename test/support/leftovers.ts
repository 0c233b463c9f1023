import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Processes that have `text` in their working directory, arguments or environment: what a session
 * has left behind. Linux.
 */
export function processesMentioning(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const mentions = [command, readFileSync(`/proc/${pid}/environ`, "utf8"), readlinkSync(`/proc/${pid}/cwd`)];
        return mentions.some((place) => place.includes(text)) ? [`${pid} ${command}`] : [];
      } catch {
        // It ended while it was looked at.
        return [];
      }
    });
}

/** Unix sockets that somebody still listens at below `text`. */
export function socketsMentioning(text: string): string[] {
  return readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .filter((line) => line.includes(text));
}
