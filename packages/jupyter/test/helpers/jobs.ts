import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeRecord, defined, type PublishedRecord, tunnelKeyFiles } from "@hpcnb/core";
import type { PlanContext, Reports } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { createWorkload } from "@hpcnb/jupyter";
import { makeTunnelKeys } from "@hpcnb/tunnel";
import { makeContext, planAll } from "./session.js";

const workload = createWorkload();

/** One pair of sides serves all tests. */
export const tunnelKeys = await makeTunnelKeys();

/**
 * Variables of the tester's own shell that would lead Jupyter or IPython to the tester's own files.
 */
const foreign = /^(JUPYTER|IPYTHON|HPCNB|PYTHON|VIRTUAL_ENV|CONDA|IPP_)/;

interface Options {
  readonly runsOnHost?: boolean;
  /** May put other numbers into the programs, for a test that would wait for them. */
  readonly change?: (script: string) => string;
  /** A scheduler's commands, which may lie below `root`. */
  readonly commands?: (root: string) => NonNullable<PlanContext["scheduler"]["commands"]>;
}

/**
 * A session's jobs as plain child processes, in a home of their own. `dispose` leaves nothing
 * behind.
 */
export class Jobs {
  /** Short, because a socket's path in it may have 107 bytes. */
  readonly root = mkdtempSync("/tmp/hpcnb-test-");
  readonly home = join(this.root, "home");
  readonly temporary = join(this.root, "tmp");
  readonly context: PlanContext;
  readonly #children = new Map<string, ChildProcess>();

  readonly #change: (script: string) => string;

  constructor(session: Session, { runsOnHost = true, change = (script: string) => script, commands }: Options = {}) {
    this.#change = change;
    for (const path of [this.home, this.temporary]) mkdirSync(path);
    const directory = join(this.home, "my notebooks (ä'\"$x)");
    mkdirSync(directory);
    const own = commands ? { commands: commands(this.root) } : {};
    const scheduler = { runsOnHost, taskVariable: "SGE_TASK_ID", ...own };
    this.context = makeContext({ session, directory, scheduler });
    const files = [...planAll(this.context).files, ...tunnelKeyFiles(this.context.run, tunnelKeys)];
    for (const { path, text } of files) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, text, { mode: 0o600 });
    }
  }

  /** Starts all jobs, or some, with every task of an array as a process of its own. */
  start(roles: readonly string[] = ["notebook", "controller", "engines"], environment: NodeJS.ProcessEnv = {}): void {
    for (const { role, spec } of planAll(this.context).jobs) {
      if (!roles.includes(role)) continue;
      const script = join(this.root, `${role}.sh`);
      writeFileSync(script, this.#change(spec.script), { mode: 0o700 });
      for (let task = 1; task <= (spec.tasks ?? 1); task += 1) {
        const log = openSync(spec.output.replace("{task}", String(task)), "a", 0o600);
        const child = spawn("bash", [script], {
          cwd: spec.workingDirectory,
          stdio: ["ignore", log, log],
          // As schedulers do: each has a process group of its own.
          detached: true,
          env: {
            ...this.environment(),
            ...defined({ SGE_TASK_ID: spec.tasks === undefined ? undefined : String(task) }),
            ...environment,
          },
        });
        closeSync(log);
        this.#children.set(spec.tasks ? `${role} ${task}` : role, child);
      }
    }
  }

  environment(): NodeJS.ProcessEnv {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
    return { ...own, HOME: this.home, TMPDIR: this.temporary };
  }

  records(): (PublishedRecord | undefined)[] {
    const { run, cluster } = this.context;
    return workload.recordPaths(run, cluster).map((path) => {
      try {
        return decodeRecord(readFileSync(path, "latin1"), run.id);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    });
  }

  /** @throws Error with all that the jobs have said. */
  async until(fact: (reports: Reports) => boolean, seconds = 40): Promise<Reports> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const reports = workload.reports(this.records());
      if (fact(reports)) return reports;
      if (performance.now() > deadline) throw new Error(`Not true in ${seconds} s: ${fact}\n${this.story(reports)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  story(reports: Reports): string {
    return `${JSON.stringify({ ...reports, engines: [...reports.engines] })}\n${Object.entries(this.logs())
      .map(([name, text]) => `--- ${name}\n${text}`)
      .join("\n")}`;
  }

  /** By the name of the file: those of the run and of its cluster. */
  logs(): Record<string, string> {
    const { run, cluster } = this.context;
    const folders = [run.directory, ...(cluster ? [cluster.directory] : [])].map((directory) =>
      join(directory, "logs"),
    );
    return Object.fromEntries(
      folders.flatMap((folder) => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")])),
    );
  }

  child(name: string): ChildProcess {
    const child = this.#children.get(name);
    if (!child) throw new Error(`No job ${name}`);
    return child;
  }

  /** To a job's process group, as a scheduler sends it. */
  signal(name: string, signal: NodeJS.Signals): void {
    process.kill(-(this.child(name).pid ?? 0), signal);
  }

  /** The exit code of a job, or the signal that ended it. */
  async ended(name: string): Promise<number | NodeJS.Signals | null> {
    const child = this.child(name);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return child.exitCode ?? child.signalCode;
  }

  /** All at once, as when a session is ended. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.#children].map(async ([name, child]) => {
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
        await this.ended(name);
        clearTimeout(timer);
      }),
    );
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
