import {
  type AwaitedNews,
  type CommandResult,
  check,
  checkJson,
  describeResult,
  type FileToWrite,
  type Host,
  HpcnbError,
  isHpcnbError,
} from "@hpcnb/core";
import * as v from "valibot";
import { cannotWrite, notPrivate, silentFile } from "../cannot-write.js";
import { fileTimeoutMs, largestFile } from "../patience.js";
import { pythonArgv, pythonProgram } from "../python-program.js";

const readAnswerSchema = v.array(v.object({ text: v.optional(v.string()), error: v.optional(v.string()) }));
const writeAnswerSchema = v.object({ path: v.optional(v.string()), error: v.optional(v.string()) });

type Run = Host["run"];

/** See `Host.readFiles`. */
export async function readFilesThrough(
  run: Run,
  paths: readonly string[],
  signal?: AbortSignal,
  { known, limitMs }: AwaitedNews = { known: [], limitMs: 0 },
): Promise<(string | undefined)[]> {
  if (paths.length === 0) return [];
  const request = [paths, known.map((text) => text ?? null), limitMs / 1000, largestFile];
  const answers = await ask(run, {
    program: pythonProgram("read"),
    schema: readAnswerSchema,
    request,
    what: `${listed(paths)} could not be read`,
    limitMs: fileTimeoutMs + limitMs,
    signal,
  });
  return paths.map((path, index) => {
    const { text, error } = answers[index] ?? { error: "python3 said nothing of it" };
    if (error !== undefined) throw new HpcnbError("HPCNB_COMMAND_FAILED", `${path} cannot be read: ${error}.`);
    return text;
  });
}

/** See `Host.writeFiles`. */
export async function writeFilesThrough(run: Run, files: readonly FileToWrite[], signal?: AbortSignal): Promise<void> {
  if (files.length === 0) return;
  const { path, error } = await ask(run, {
    program: pythonProgram("write"),
    schema: writeAnswerSchema,
    request: files.map(({ path, text, mode = 0o600, inPlace = false }) => [path, text, mode, inPlace]),
    what: `${listed(files.map((file) => file.path))} could not be written`,
    limitMs: fileTimeoutMs,
    signal,
  });
  if (error === "not private") throw notPrivate(path);
  if (error !== undefined) throw cannotWrite(path, error);
}

function listed([first = "", ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} (with ${others.length} more)`;
}

interface Question<Schema> {
  readonly program: string;
  readonly schema: Schema;
  readonly request: unknown;
  /** The beginning of the sentence when no answer comes. */
  readonly what: string;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
}

async function ask<Schema extends v.GenericSchema>(
  run: Run,
  { program, schema, request, what, limitMs, signal }: Question<Schema>,
): Promise<v.InferOutput<Schema>> {
  const options = { stdin: JSON.stringify(request), timeoutMs: limitMs, signal };
  const result = await run(pythonArgv(program), options).catch((cause) => {
    if (isHpcnbError(cause, "HPCNB_TIMEOUT")) throw silentFile(what, limitMs, cause);
    if (isHpcnbError(cause, "HPCNB_COMMAND_FAILED")) throw withoutPython(cause.message, cause);
    throw cause;
  });
  const answer = result.exitCode === 0 ? checkJson(schema, result.stdout) : check(schema, undefined);
  if (answer.problem !== undefined) throw pythonFailed(result);
  return answer.value;
}

/** Only the program's own words: describeResult would print all of it. */
function pythonFailed(result: CommandResult): HpcnbError {
  return withoutPython(`Files cannot be read or written: ${describeResult({ ...result, argv: ["python3"] })}`);
}

/** Another code than that of a file: nothing is known of the file then. */
function withoutPython(message: string, cause?: unknown): HpcnbError {
  return new HpcnbError("HPCNB_UNSUPPORTED", message, {
    cause,
    hint: "hpcnb needs a working python3 (3.4 or later) on the submit node: `python3 -I -S -c 0` must say nothing.",
  });
}
