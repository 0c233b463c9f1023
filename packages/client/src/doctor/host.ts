import { randomBytes } from "node:crypto";
import { expectSuccess, HpcnbError, isHpcnbError } from "@hpcnb/core";
import { dryRun, findNotebookDirectory, lockPath, type SessionContext, sessionDirectory } from "@hpcnb/core/session";
import type { Check, Outcome } from "./examine.js";
import { spaceOf, spaceScript } from "./space.js";

/**
 * What the checks of a host share: where the notebooks are is known once the folder was looked at.
 */
export interface Examined {
  readonly context: SessionContext;
  readonly signal: AbortSignal;
  directory: string;
}

/** The submit node and what is needed there, by the very functions that `up` calls. */
export function hostChecks(examined: Examined): Check[] {
  const { context, signal } = examined;
  const { session, host, scheduler, workload } = context;
  const needs = session.host === undefined ? [] : ["ssh"];
  const inFolder = ["folder"];
  const login: Check = {
    name: "ssh",
    run: async () => {
      expectSuccess(await host.run(["true"], { signal }), `\`true\` on ${host.name}`);
      return { state: "ok", text: `${host.name} lets you in and runs commands` };
    },
  };
  return [
    ...(session.host === undefined ? [] : [login]),
    {
      name: "folder",
      needs,
      run: async () => {
        const notes: string[] = [];
        const note = (text: string) => notes.push(text);
        examined.directory = await findNotebookDirectory(host, session.notebook.directory, "make", { signal, note });
        return notes.length > 0
          ? { state: "warning", text: notes.join(" ") }
          : { state: "ok", text: examined.directory };
      },
    },
    { name: "space", needs: inFolder, run: () => checkSpace(examined) },
    { name: "storage", needs: inFolder, run: () => checkStorage(examined) },
    { name: "locks", needs: inFolder, run: () => checkLock(examined) },
    { name: "python", needs: inFolder, run: () => checkPython(examined) },
    {
      name: "scheduler",
      needs,
      run: async () => {
        const jobs = await scheduler.status(signal);
        const count = jobs.length === 1 ? "one job" : `${jobs.length} jobs`;
        return { state: "ok", text: `${session.scheduler.plugin} answers, and lists ${count} of yours` };
      },
    },
    {
      name: "jobs",
      needs: [...needs, ...inFolder],
      run: async () => {
        const { jobs } = await dryRun(context, signal);
        const count = jobs.length === 1 ? "one job" : `${jobs.length} jobs`;
        return { state: "ok", text: `${count} would be submitted; \`hpcnb up --dry-run\` shows what` };
      },
    },
  ];

  async function checkPython({ directory }: Examined): Promise<Outcome> {
    const { runsOnHost } = scheduler;
    try {
      return { state: "ok", text: (await workload.check(host, { session, directory, runsOnHost }, signal)).summary };
    } catch (error) {
      // The compute nodes may have another Python: `up` does not ask here either.
      if (runsOnHost || !isHpcnbError(error, "HPCNB_ENVIRONMENT")) throw error;
      const { message, hint = "" } = error;
      return { state: "warning", text: message, hint: `${hint} The nodes may still have it: --job asks there.` };
    }
  }
}

async function checkSpace({ context: { host }, directory, signal }: Examined): Promise<Outcome> {
  const { stdout } = await host.run(["sh", "-c", spaceScript, "hpcnb", directory], { signal });
  return spaceOf(stdout);
}

/**
 * Writes and reads a file, as the session's own are. What other hosts see of it, only a job can
 * tell.
 */
async function checkStorage({ context: { host }, directory, signal }: Examined): Promise<Outcome> {
  const path = `${sessionDirectory(directory)}/doctor-${randomBytes(4).toString("hex")}`;
  const text = randomBytes(2048).toString("hex");
  const begun = performance.now();
  try {
    await host.writeFiles([{ path, text }], signal);
    const [seen] = await host.readFiles([path], signal);
    if (seen !== text)
      throw new HpcnbError("HPCNB_DIRECTORY", `${path} was written, and then read with other content.`);
  } finally {
    await host.run(["rm", "-f", "--", path]);
  }
  const tookMs = Math.round(performance.now() - begun);
  return {
    state: "ok",
    text: `a file was written and read again in ${tookMs} ms; --job measures what a node sees`,
  };
}

async function checkLock({ context: { host }, directory, signal }: Examined): Promise<Outcome> {
  try {
    await (await host.lock(lockPath(directory), signal)).release();
    return { state: "ok", text: "taken and released" };
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_BUSY")) throw error;
    return { state: "ok", text: "another command holds the session's lock just now" };
  }
}
