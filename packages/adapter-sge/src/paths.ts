import { type JobSpec, refusedPath } from "@hpcnb/core";

/**
 * Grid Engine expands these variables in -o paths (qsub(1)) and, undocumented, in -wd paths. `$$`
 * is a literal `$`.
 */
const expanded = /\$(?=HOME|USER|JOB_ID|JOB_NAME|HOSTNAME|TASK_ID|\$|\{task\})/g;

/** A path for -wd, which may have commas and colons. */
export function workingDirectoryPath(path: string): string {
  return plainPath(path, "working directory");
}

/**
 * A path for -o, where `,` separates paths and `:` ends a host's name. When the working directory
 * has commas, only the rest is given, which Grid Engine looks for in the working directory - but as
 * that was given, with doubled dollars, where there are any.
 */
export function outputPath({ output, workingDirectory, tasks }: JobSpec): string {
  const base = `${workingDirectoryPath(workingDirectory)}/`;
  const given = output.includes(",") && output.startsWith(base) ? `./${output.slice(base.length)}` : output;
  if (given.includes(",")) throw refusedPath("Grid Engine", "a comma", "a job's output file", output);
  const plain = plainPath(given, "output file");
  const path = tasks === undefined ? plain : plain.replaceAll("{task}", "$TASK_ID");
  return path.includes(":") ? `:${path}` : path;
}

function plainPath(path: string, what: string): string {
  if (/[\r\n]/.test(path)) throw refusedPath("Grid Engine", "a line break", `a job's ${what}`, path);
  return path.replace(expanded, "$$$$");
}
