import type { JobSpec } from "@hpcnb/core";

/**
 * A job as the local scheduler will take it, for people: what surrounds the script as comments,
 * then the script.
 */
export function render({ name, script, workingDirectory, output, resources, tasks }: JobSpec): string {
  const { cores, memory, walltime } = resources;
  const lines = [
    `job ${name}`,
    `directory ${workingDirectory}`,
    `output ${output}`,
    tasks === undefined ? undefined : `tasks 1-${tasks}, each with its number in HPCNB_TASK_ID`,
    walltime === undefined ? undefined : `walltime ${walltime} s`,
    cores === undefined ? undefined : `cores ${cores} (not enforced)`,
    memory === undefined ? undefined : `memory ${memory} bytes (not enforced)`,
  ];
  return [...lines.filter((line) => line !== undefined).map((line) => `# ${line}`), script].join("\n");
}
