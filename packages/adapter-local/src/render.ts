import type { JobSpec } from "@hpcnb/core";

/** What the local scheduler is told of a job: its command would tell people nothing. */
export function render({ name, workingDirectory, output, resources, tasks }: JobSpec): string {
  const { cores, memory, walltimeSeconds } = resources;
  const lines = [
    `job ${name}`,
    `directory ${workingDirectory}`,
    `output ${output}`,
    tasks === undefined ? undefined : `tasks 1-${tasks}, each with its number in HPCNB_TASK_ID`,
    walltimeSeconds === undefined ? undefined : `walltime ${walltimeSeconds} s`,
    cores === undefined ? undefined : `cores ${cores} (not enforced)`,
    memory === undefined ? undefined : `memory ${memory} bytes (not enforced)`,
  ];
  return lines.flatMap((line) => (line === undefined ? [] : [`# ${line}`])).join("\n");
}
