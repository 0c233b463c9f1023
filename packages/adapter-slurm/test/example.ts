import { readFileSync } from "node:fs";
import { type CommandResult, type ErrorCode, type HpcnbError, isHpcnbError, type JobSpec } from "@hpcnb/core";
import { expect } from "chai";

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

export function answer(changes: Partial<CommandResult>): CommandResult {
  return { argv: ["a-command"], exitCode: 0, stdout: "", stderr: "", ...changes };
}

/** What a command answered, see fixtures/README.md. */
export interface Captured {
  readonly case: string;
  readonly version: string;
  readonly result: CommandResult;
}

/** All answers in a file of ./fixtures. */
export function captured(file: string): readonly Captured[] {
  const text = readFileSync(new URL(`fixtures/${file}.txt`, import.meta.url), "utf8");
  return text.split(/^(?=### case: )/m).map((block) => {
    const parts =
      /^### case: (.*)\n### command: (.*(?:\n.*)?)\n### version: (.*)\n### exit: (\d+)\n### stdout:\n([\s\S]*?)### stderr:\n([\s\S]*)$/.exec(
        block,
      );
    if (!parts) throw new Error(`${file}.txt has a block that is none: ${block}`);
    const [, name = "", command = "", version = "", exit, stdout = "", stderr = ""] = parts;
    const result = answer({ argv: command.split(" "), exitCode: Number(exit), stdout, stderr });
    return { case: name, version, result };
  });
}

/** The answer of this case; the case must be there. */
export function answered(file: string, name: string): CommandResult {
  const found = captured(file).find((one) => one.case === name);
  if (!found) throw new Error(`${file}.txt has no case "${name}"`);
  return found.result;
}
