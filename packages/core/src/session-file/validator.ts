import { createRequire } from "node:module";
import type { ErrorObject } from "ajv";
import { defined } from "../defined.js";
import { HpcnbError } from "../errors.js";
import type { OptionsSchema } from "../plugin.js";

/**
 * Returns what is wrong with a value, and nothing when it is valid. Fills in the schema's defaults.
 * Those of hpcnb's own files leave out what an error is about: see `withDetails`.
 */
export type Validate = (value: unknown) => readonly ErrorObject[];

interface CompiledValidator {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}

/**
 * The validator of session files. An installed hpcnb brings it compiled, because compiling takes
 * longer than everything else that `hpcnb validate` does; from source it is compiled now.
 */
export function sessionValidator(): Promise<Validate> {
  session ??= loadValidator("./session-validator.cjs", async () => (await import("./schema.js")).sessionSchema);
  return session;
}

/** The same of the files of sites. */
export function siteValidator(): Promise<Validate> {
  site ??= loadValidator("./site-validator.cjs", async () => (await import("./site-schema.js")).siteSchema);
  return site;
}

let session: Promise<Validate> | undefined;
let site: Promise<Validate> | undefined;

async function loadValidator(compiled: string, schema: () => Promise<object>): Promise<Validate> {
  try {
    return wrap((createRequire(import.meta.url)(compiled) as { default: CompiledValidator }).default);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    return wrap((await createAjv({ verbose: false })).compile(await schema()));
  }
}

/** @throws HPCNB_PLUGIN_BROKEN when the schema itself is wrong. */
export async function optionsValidator(schema: OptionsSchema): Promise<Validate> {
  const ajv = await createAjv({ verbose: true });
  try {
    return wrap(ajv.compile(schema));
  } catch (cause) {
    throw new HpcnbError(
      "HPCNB_PLUGIN_BROKEN",
      `The plugin's optionsSchema is no valid JSON Schema: ${(cause as Error).message}.`,
      { cause, hint: "Its author has to correct that; without scheduler.options it may work." },
    );
  }
}

export async function createAjv({ verbose, code }: { verbose: boolean; code?: { source: true; esm: true } }) {
  // A bundle of a CommonJS module has its exports in "default" alone.
  const { Ajv2020 } = (await import("ajv/dist/2020.js")).default;
  const ajv = new Ajv2020({
    allErrors: true,
    verbose,
    strict: true,
    allowUnionTypes: true,
    useDefaults: true,
    ...defined({ code }),
  });
  ajv.addVocabulary(["x-expects", "x-secret"]);
  return ajv;
}

function wrap(validator: CompiledValidator): Validate {
  return (value) => (validator(value) ? [] : (validator.errors ?? []));
}
