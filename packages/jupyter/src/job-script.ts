import { readFileSync } from "node:fs";
import type { PythonEnvironment } from "@hpcnb/core";
import { environmentScript } from "./environment.js";

/** The line that ends the program in a job's script. */
const delimiter = "HPCNB_PROGRAM";

/** A program in ../python, the same place seen from src and from dist: its parts in order, and the function to call. */
export interface Program {
  readonly parts: readonly string[];
  readonly run: string;
}

export interface JobScript {
  /** One line for people who read the script or see it in a list of processes. */
  readonly title: string;
  readonly environment: PythonEnvironment;
  readonly directory: string;
  readonly program: Program;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The shell variable with the number of the task, in an array job. */
  readonly taskVariable?: string;
}

/** A job's script: bash that finds the Python asked for, which then reads the rest. There is no secret in it. */
export function jobScript(job: JobScript): string {
  const title = job.title.replaceAll(/[\r\n]+/g, " ");
  const task = job.taskVariable === undefined ? "" : ` "\${${job.taskVariable}:-}"`;
  return `#!/usr/bin/env bash
# ${title}
# Written by hpcnb. First the Python environment is set up, then Python runs the program below.

${environmentScript(job.environment, job.directory)}

exec "$python" - hpcnb-${job.program.run.replace("run_", "")}${task} <<'${delimiter}'
${programText(job.program)}

${job.program.run}(json.loads(r'${pythonLiteral(job.parameters)}'))
${delimiter}
`;
}

const sources = new Map<string, string>();

export function programText({ parts }: Pick<Program, "parts">): string {
  return parts
    .map((name) => {
      const known = sources.get(name) ?? readFileSync(new URL(`../python/${name}`, import.meta.url), "utf8").trimEnd();
      sources.set(name, known);
      return known;
    })
    .join("\n\n\n");
}

/** JSON that can stand between single quotes in a raw Python string: ASCII, on one line, without such a quote. */
export function pythonLiteral(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff']/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
