import { shellWord } from "@hpcnb/core";
import type { PythonEnvironment } from "@hpcnb/core/session-file";
import { type Program, programText, scriptText } from "../python.js";
import { environmentScript } from "./environment.js";
import type { JobParameters } from "./parameters.js";

export interface JobScript {
  /** One line for people who read the script or see it in a list of processes. */
  readonly title: string;
  readonly environment: PythonEnvironment;
  readonly directory: string;
  readonly program: Program;
  readonly parameters: JobParameters;
  /** The shell variable with the number of the task, in an array job. */
  readonly taskVariable?: string;
}

/**
 * A job's script: bash that finds the Python asked for, which then runs the program. There is no
 * secret in it. The program travels in a variable: bash would write a here-document to a disk that
 * may be full, and an argument is shown in every list of processes.
 */
export function jobScript(job: JobScript): string {
  const title = job.title.replaceAll(/[\r\n]+/g, " ");
  const task = job.taskVariable === undefined ? "" : ` "\${${job.taskVariable}:-}"`;
  return `#!/usr/bin/env bash
# ${title}
# Written by hpcnb. First the Python environment is set up, then Python runs the program below.

# Warnings of a suspension or a soft limit, and what a login that goes sends: none is to end the job.
trap '' USR1 USR2 XCPU HUP TSTP TTIN TTOU

${environmentScript(job.environment, job.directory, job.parameters.reservedExitCodes)}

export HPCNB_SECONDS="$SECONDS"
export HPCNB_PARAMETERS=${shellWord(asciiJson(job.parameters))}
export HPCNB_PROGRAM=${shellWord(`${programText(job.program)}\n`)}

${runPython(scriptText("start"))} hpcnb-${job.program}${task}
`;
}

/**
 * Shell text that goes on as `$python` with this program, in UTF-8 whatever the locale says: names
 * of files and records are. For what it starts itself, ../../python/hpcnb_launch/start.py puts
 * PYTHONUTF8 back. `-X utf8` is unknown to Pythons whose age is to be told.
 */
export function runPython(program: string): string {
  return `export HPCNB_PYTHONUTF8="\${PYTHONUTF8-}" PYTHONUTF8=1
exec "$python" -c ${shellWord(program)}`;
}

/** JSON that no locale can read differently: ASCII, on one line. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
