import type { CommandResult } from "../host.js";
import type { JobSpec } from "../scheduler.js";

/** A job for a test, with what the test is about changed. */
export function makeJob(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name: "rnaseq-notebook-k3j9x0q2ab",
    script: "#!/usr/bin/env bash\necho hello\n",
    workingDirectory: "/home/alice/projects/rnaseq",
    output: "/home/alice/projects/rnaseq/.hpcnb/runs/k3j9x0q2ab/logs/notebook.log",
    resources: {},
    ...changes,
  };
}

/** What a command answers that succeeds and says nothing, with what the test is about changed. */
export function makeResult(changes: Partial<CommandResult> = {}): CommandResult {
  return { argv: ["a-command"], exitCode: 0, stdout: "", stderr: "", ...changes };
}
