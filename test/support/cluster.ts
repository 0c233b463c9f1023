import { readFileSync } from "node:fs";
import type { CommandResult } from "@hpcnb/core";
import { startTestbed, type Testbed, unsupportedReason } from "@hpcnb/testbed";
import { expect } from "chai";

const notebook = new URL("../../examples/quickstart/monte-carlo.ipynb", import.meta.url);

/** Where the notebooks of the tests lie: seen by login and the nodes, not by laptop. */
export const projectDirectory = "/home/alice/rnaseq";

export interface Cluster {
  readonly testbed: Testbed;
  /** As alice, whatever the exit code. */
  run(host: string, argv: readonly string[], stdin?: string): Promise<CommandResult>;
  /** The same, and it must succeed; its stdout. */
  ok(host: string, argv: readonly string[], stdin?: string): Promise<string>;
  /** Writes a file of alice's. */
  write(host: string, path: string, text: string): Promise<void>;
  /** alice's jobs that Grid Engine lists, as `qstat` shows them. */
  jobs(): Promise<string>;
}

/**
 * A testbed with alice's notebook in her project directory. To be called in a `before` of enough time for packages
 * to be installed; skips where there can be none.
 */
export async function startCluster(context: Mocha.Context, name: string): Promise<Cluster> {
  const reason = await unsupportedReason();
  if (reason !== undefined) {
    console.log(`      ${reason}`);
    context.skip();
  }
  const testbed = await startTestbed({ name });
  const run: Cluster["run"] = (host, argv, stdin = "") =>
    testbed.exec(host, "alice", argv, { stdin, timeout: 120_000 });
  const ok: Cluster["ok"] = async (host, argv, stdin) => {
    const { exitCode, stdout, stderr } = await run(host, argv, stdin);
    expect(exitCode, `${argv.join(" ")} on ${host}:\n${stderr}${stdout}`).to.equal(0);
    return stdout;
  };
  const write: Cluster["write"] = async (host, path, text) => {
    await ok(host, ["sh", "-c", 'mkdir -p "$(dirname "$1")" && cat > "$1"', "sh", path], text);
  };
  const example = readFileSync(notebook, "utf8").replace('profile=\\"quickstart\\"', 'profile=\\"rnaseq\\"');
  await write("login", `${projectDirectory}/monte-carlo.ipynb`, example);
  return { testbed, run, ok, write, jobs: () => ok("login", ["qstat"]) };
}
