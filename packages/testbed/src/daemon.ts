import { enter } from "./hosts.js";
import { attempt, waitFor } from "./run.js";
import type { Site } from "./site.js";

/** A program that runs on a host, and wrote its process id into a file there. */
export interface Daemon {
  readonly host: string;
  /** For people. */
  readonly name: string;
  readonly pidFile: string;
}

export async function isRunning(site: Site, { host, pidFile }: Daemon): Promise<boolean> {
  const ask = ["sh", "-c", `test -s ${pidFile} && kill -0 "$(cat ${pidFile})" 2>&1`];
  return (await attempt([...(await enter(site, host)), ...ask])).exitCode === 0;
}

/** Ends it, and waits for its end. Does nothing when it has ended already. */
export async function stopDaemon(site: Site, daemon: Daemon): Promise<void> {
  const { host, name, pidFile } = daemon;
  if (await isRunning(site, daemon)) {
    await attempt([...(await enter(site, host)), "sh", "-c", `kill "$(cat ${pidFile})"`]);
  }
  await waitFor(`the end of ${name} on ${host}`, 20_000, async () => !(await isRunning(site, daemon)));
}
