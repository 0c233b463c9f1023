import { countSchema, HpcnbError } from "@hpcnb/core";
import * as v from "valibot";

/** See `processes` in ../../python/hpcnb_launch/ask_environment.py. */
export const processesSchema = v.object({ limit: countSchema, own: countSchema });

/**
 * Refuses a session whose programs cannot all start. Programs that meet this limit print
 * tracebacks, or wait without end.
 * @throws HPCNB_ENVIRONMENT
 */
export function refuseTooFewProcesses(
  { limit, own }: v.InferOutput<typeof processesSchema>,
  { needed, where }: { readonly needed: number; readonly where: string },
): void {
  if (own + needed <= limit) return;
  throw new HpcnbError(
    "HPCNB_ENVIRONMENT",
    `You may have ${limit} processes and threads on ${where} (\`ulimit -u\`) and have ${own}; the session needs about ${needed} more.`,
    { hint: "Raise `ulimit -u`, or ask the site for it; ending programs of yours there, or fewer engines, helps too." },
  );
}
