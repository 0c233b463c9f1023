import { readFileSync } from "node:fs";
import { type CommandResult, type ErrorCode, type HpcnbError, isHpcnbError, type JobSpec } from "@hpcnb/core";
import { expect } from "chai";
import { parseExplain } from "../src/explain.js";

export function exampleJob(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name: "rnaseq-notebook-k3j9x0q2ab",
    script: "#!/usr/bin/env bash\necho hello\n",
    workingDirectory: "/home/alice/projects/rnaseq",
    output: "/home/alice/projects/rnaseq/.hpcnb/runs/k3j9x0q2ab/logs/notebook.log",
    resources: {},
    ...changes,
  };
}

/** The error that `work` throws; fails for any other outcome. */
export function failure(work: () => unknown, code: ErrorCode): HpcnbError {
  try {
    work();
  } catch (error) {
    if (!isHpcnbError(error)) throw error;
    expect(error.code, error.message).to.equal(code);
    return error;
  }
  throw new Error(`${code} was expected`);
}

/** What a command printed, kept in a file; ./fixtures/README.md says where each comes from. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
}

export function answer(changes: Partial<CommandResult>): CommandResult {
  return { argv: ["a-command"], exitCode: 0, stdout: "", stderr: "", ...changes };
}

/** Asked for the job that the answer is about. */
export function explain(result: CommandResult): string | undefined {
  return parseExplain(result, /^job_number:\s+(\d+)/m.exec(result.stdout)?.[1] ?? "1");
}
