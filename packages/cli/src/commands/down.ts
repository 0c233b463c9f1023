import { HpcnbError, isHpcnbError, type SessionContext, type TakenDown, takeDown } from "@hpcnb/core";
import { forgetSession } from "../client-state.js";
import { printJson, tell } from "../print.js";
import { withSession } from "../with-session.js";

export async function down(options: {
  session: string | undefined;
  json: boolean;
  signal: AbortSignal;
}): Promise<void> {
  await withSession(options.session, async ({ context, session }) => {
    const result = await takeDownTelling(context, options.signal);
    forgetSession(session);
    if (options.json) {
      printJson({ name: session.name, phase: result ? "ended" : "absent", cancelled: result?.cancelled ?? 0 });
    } else tell(sentence(session.name, result));
  });
}

function sentence(name: string, result: TakenDown | undefined): string {
  if (!result) return `${name} was never started: nothing to do.`;
  const { cancelled, lost } = result;
  const why = lost === undefined ? "" : `${lost}\n`;
  if (cancelled > 0) return `${why}${name} is down: ${cancelled} ${cancelled === 1 ? "job" : "jobs"} ended.`;
  return lost === undefined
    ? `${name} is down; nothing was running any more.`
    : `${why}${name} is down; the scheduler lists no job of this folder's.`;
}

/** Ending jobs waits for the scheduler's word, which may take minutes: what keeps it waiting is told. */
async function takeDownTelling(context: SessionContext, signal: AbortSignal) {
  let told: string | undefined;
  try {
    return await takeDown(
      {
        ...context,
        observe: ({ trouble }) => {
          if (trouble !== undefined && trouble !== told) tell(`Trying again: ${trouble}`);
          told = trouble;
        },
      },
      signal,
    );
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_ABORTED")) throw error;
    throw new HpcnbError("HPCNB_ABORTED", "Interrupted; jobs may still run.", {
      cause: error.cause,
      hint: "`hpcnb down` goes on with it, `hpcnb status` shows what is there.",
    });
  }
}
