import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandResult } from "@hpcnb/core";
import { nameHere, startTestbedFor, type Testbed } from "@hpcnb/testbed";
import { expect } from "chai";
import type { CellResult } from "./kernel.js";
import { gridEngine, type ListedJob, type SiteScheduler } from "./schedulers.js";

const notebook = new URL("../../examples/quickstart/monte-carlo.ipynb", import.meta.url);

/** Where the notebooks of the tests lie: seen by login and the nodes, not by laptop. */
export const projectDirectory = "/home/alice/rnaseq";

export interface Cluster {
  readonly testbed: Testbed;
  /** As alice, whatever the exit code. */
  run(host: string, argv: readonly string[], stdin?: string): Promise<CommandResult>;
  /** The same, and it must succeed; its stdout. */
  ok(host: string, argv: readonly string[], stdin?: string): Promise<string>;
  /** On login as root, and it must succeed; its stdout. */
  asRoot(...argv: readonly string[]): Promise<string>;
  /** Writes a file of alice's. */
  write(host: string, path: string, text: string): Promise<void>;
  /** alice's jobs as the scheduler lists them, in its own words. */
  jobs(): Promise<string>;
  /** The same, read: one for each task of an array. */
  listedJobs(): Promise<ListedJob[]>;
  /** Their ids, each once, in the order of the list. */
  jobIds(): Promise<string[]>;
  /**
   * Executes cells on laptop, at the URL that `up` printed, in one kernel that is the same for all
   * calls.
   */
  cells(url: string, ...texts: readonly string[]): Promise<CellResult[]>;
  /** What one cell prints; it must succeed. */
  print(url: string, cell: string): Promise<string>;
}

/**
 * A testbed with alice's notebook in her project directory. To be called in a `before`, which gets
 * 20 minutes, and whose suite is skipped where there can be none.
 */
export async function startCluster(
  context: Mocha.Context,
  name: string,
  scheduler: SiteScheduler = gridEngine,
): Promise<Cluster> {
  const testbed = await startTestbedFor(context, { name: nameHere(name), schedulers: [scheduler.name] });
  const run: Cluster["run"] = (host, argv, stdin = "") =>
    testbed.exec(host, "alice", argv, { stdin, timeoutMs: 120_000 });
  const ok: Cluster["ok"] = async (host, argv, stdin) => {
    const { exitCode, stdout, stderr } = await run(host, argv, stdin);
    expect(exitCode, `${argv.join(" ")} on ${host}:\n${stderr}${stdout}`).to.equal(0);
    return stdout;
  };
  const asRoot: Cluster["asRoot"] = async (...argv) => {
    const { exitCode, stdout, stderr } = await testbed.exec("login", "root", argv);
    expect(exitCode, `${argv.join(" ")} as root:\n${stderr}${stdout}`).to.equal(0);
    return stdout;
  };
  const write: Cluster["write"] = async (host, path, text) => {
    await ok(host, ["sh", "-c", 'mkdir -p "$(dirname "$1")" && cat > "$1"', "sh", path], text);
  };
  const jobs = () => ok("login", scheduler.list);
  const listedJobs = async () => scheduler.parse(await jobs());
  const cells: Cluster["cells"] = async (url, ...texts) => {
    const program = 'cd /opt/hpcnb && exec node --import tsx -C @hpcnb/source test/support/execute-cells.ts "$1"';
    return JSON.parse(await ok("laptop", ["sh", "-c", program, "sh", url], JSON.stringify(texts)));
  };
  const example = readFileSync(notebook, "utf8").replace('profile=\\"quickstart\\"', 'profile=\\"rnaseq\\"');
  await write("login", `${projectDirectory}/monte-carlo.ipynb`, example);
  return {
    ...{ testbed, run, ok, asRoot, write, jobs, listedJobs, cells },
    jobIds: async () => [...new Set((await listedJobs()).map(({ id }) => id))],
    print: async (url, cell) => {
      const [result] = await cells(url, cell);
      expect(result?.error, result?.text).to.equal(undefined);
      return result?.text.trim() ?? "";
    },
  };
}

/**
 * As many sites have it: everybody may look into alice's home and her project. Only what hpcnb
 * protects is protected then.
 */
export async function openHomes({ ok }: Cluster): Promise<void> {
  await ok("laptop", ["chmod", "755", "/home/alice"]);
  await ok("login", ["chmod", "755", "/home/alice", projectDirectory]);
}

/**
 * Asks until the answer is as it should be, and returns that answer. The pause leaves the machine
 * to those who are waited for.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  { fact, seconds = 60 }: { fact: (answer: T) => boolean; seconds?: number },
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (fact(answer)) return answer;
    if (performance.now() > deadline) {
      const text = typeof answer === "string" ? answer : JSON.stringify(answer);
      throw new Error(`Not in ${seconds} s: ${what}\n${text}`);
    }
    await sleep(500);
  }
}
