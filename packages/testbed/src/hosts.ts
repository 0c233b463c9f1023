import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { defined, HpcnbError } from "@hpcnb/core";
import { attempt, run, waitFor } from "./run.js";
import { namespaceOf, pathsOf, type Site, switchHost } from "./site.js";

/** Process ids in the host, as the machine sees them. Empty when there is no such host. */
export async function processesOf(siteName: string, host: string): Promise<number[]> {
  const { exitCode, stdout } = await attempt(["ip", "netns", "pids", namespaceOf(siteName, host)]);
  return exitCode === 0 ? stdout.split("\n").filter(Boolean).map(Number) : [];
}

/** The process that is number 1 in its own PID namespace. */
export async function findInit(siteName: string, host: string): Promise<number | undefined> {
  for (const pid of await processesOf(siteName, host)) {
    // The name is the last thing to change: from then on the process is ready.
    if ((await commandLine(pid)).startsWith(`hpcnb-init-${host}\0`)) return pid;
  }
  return undefined;
}

async function commandLine(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended in the meantime
  }
}

export async function initOf(site: Site, host: string): Promise<number> {
  const file = pathsOf(site.name).init(host);
  const pid = existsSync(file) ? Number(await readFile(file, "utf8")) : undefined;
  if (pid === undefined || !(await commandLine(pid)).startsWith(`hpcnb-init-${host}\0`)) {
    throw new HpcnbError("HPCNB_COMMAND_FAILED", `the host ${host} does not run`, {
      hint: "`hpcnb-testbed status` says what runs, `hpcnb-testbed heal` starts it again.",
    });
  }
  return pid;
}

export async function isAlive(site: Site, host: string): Promise<boolean> {
  return (await findInit(site.name, host)) !== undefined;
}

/** The words to put before a command so that root runs it in the host. */
export async function enter(site: Site, host: string): Promise<string[]> {
  if (host !== switchHost && !site.hosts.includes(host)) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `there is no host ${host}: the hosts are ${site.hosts.join(", ")}`);
  }
  return ["nsenter", "-t", String(await initOf(site, host)), "-n", "-m", "-u", "-i", "-p", "--"];
}

export async function inHost(site: Site, host: string, argv: readonly string[], what?: string): Promise<string> {
  return await run([...(await enter(site, host)), ...argv], defined({ what }));
}

/** Ends the host with all that runs in it. Its network namespace stays. */
export async function killHost(siteName: string, host: string): Promise<void> {
  await waitFor(`the end of all processes of ${host}`, 20_000, async () => {
    const pids = await processesOf(siteName, host);
    for (const pid of pids) killIfThere(pid);
    return pids.length === 0;
  });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
