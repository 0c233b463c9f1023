import { HpcnbError, isHpcnbError, type SessionContext, takeDown } from "@hpcnb/core";
import { forgetSession } from "../client-state.js";
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
      process.stdout.write(
        `${JSON.stringify({ name: session.name, phase: result ? "ended" : "absent", cancelled: result?.cancelled ?? 0 })}\n`,
      );
    } else if (!result) process.stderr.write(`${session.name} was never started: nothing to do.\n`);
    else if (result.cancelled === 0) process.stderr.write(`${session.name} is down; nothing was running any more.\n`);
    else
      process.stderr.write(
        `${session.name} is down: ${result.cancelled} ${result.cancelled === 1 ? "job" : "jobs"} ended.\n`,
      );
  });
}

/** Ending jobs waits for the scheduler's word, which may take minutes: what keeps it waiting is told. */
async function takeDownTelling(context: SessionContext, signal: AbortSignal) {
  let told: string | undefined;
  try {
    return await takeDown(
      {
        ...context,
        observe: ({ trouble }) => {
          if (trouble !== undefined && trouble !== told) process.stderr.write(`Trying again: ${trouble}\n`);
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
