import * as v from "valibot";

/**
 * Whatever comes from elsewhere (a record on a host, a scheduler's answer, a file of this machine,
 * a keeper's words) is data. It is held against a schema in the function that reads it, and nothing
 * else of it goes any further. These are the pieces that the schemas share.
 */

/**
 * Control characters would end a line, move a cursor or begin a new argument; no name, path or id
 * has them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** A text of one line. */
export const lineSchema = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.check((text) => !controlCharacter.test(text), "has control characters"),
);

export const absolutePathSchema = v.pipe(lineSchema, v.startsWith("/"));

/** Ten lower-case letters and digits: see `Run`. */
export const runIdSchema = v.pipe(v.string(), v.regex(/^[a-z0-9]{10}$/));

/**
 * A host's name or address, as a job finds it. Nothing that an ssh option or a shell's word could
 * begin with.
 */
export const hostNameSchema = v.pipe(v.string(), v.maxLength(253), v.regex(/^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/));

export const portSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

/**
 * A count or a number of an engine or a task: a safe integer, far above what any scheduler takes.
 */
export const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000_000));

export type Checked<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string };

/**
 * The value with only what its schema names, or what is wrong with it, such as `jobs[0].id is no
 * text`. Pure.
 */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { value: result.output };
  const [issue] = result.issues;
  return { problem: `${v.getDotPath(issue) ?? "the whole"}: ${issue.message}` };
}

/** The same of a JSON text. Pure. */
export function checkJson<S extends v.GenericSchema>(schema: S, text: string): Checked<v.InferOutput<S>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `is no JSON (${(error as Error).message})` };
  }
  return check(schema, value);
}

/** As in the session file. */
export const sessionNameSchema = v.pipe(v.string(), v.regex(/^(?!default$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/));
