import { check, defined, HpcnbError } from "@hpcnb/core";
import type { EndReport } from "@hpcnb/core/session";
import * as v from "valibot";

/** A record's content. */
export type Fields = Readonly<Record<string, unknown>>;

export const textSchema = v.pipe(v.string(), v.maxLength(4096));
export const secondsSchema = v.pipe(v.number(), v.finite(), v.minValue(0));

const endedSchema = v.object({ seconds: v.exactOptional(secondsSchema), told: v.exactOptional(v.boolean()) });

const failedSchema = v.object({ problem: textSchema, hint: v.nullish(textSchema) });

/**
 * The checksum of a record was checked before: what does not fit here was written like that.
 * @throws HPCNB_STATE_UNREADABLE
 */
export function readReport<S extends v.GenericSchema>(schema: S, record: Fields, job: string): v.InferOutput<S> {
  const { value, problem } = check(schema, record);
  if (problem === undefined) return value;
  throw new HpcnbError(
    "HPCNB_STATE_UNREADABLE",
    `Another version of hpcnb started the session's ${job}, and this one does not understand its record: ${problem}.`,
    { hint: "The jobs may go on. `hpcnb down` ends them; then `hpcnb up` starts the session again." },
  );
}

type LastReport =
  | { readonly state: "waiting" }
  | { readonly state: "failed"; readonly problem: string; readonly hint?: string }
  | EndReport;

/**
 * A word that a newer version may say is not understood, and is no damage. @throws
 * HPCNB_STATE_UNREADABLE
 */
export function endOf(record: Fields, job: string): LastReport {
  const { state } = readReport(v.object({ state: v.string() }), record, job);
  if (state === "ended") return { state, ...readReport(endedSchema, record, job) };
  if (state !== "failed") return { state: "waiting" };
  const { problem, hint } = readReport(failedSchema, record, job);
  return { state, problem, ...defined({ hint: hint ?? undefined }) };
}
