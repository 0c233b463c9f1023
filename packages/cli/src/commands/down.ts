import { endedStepsOf, endStepsOf, rememberEnd } from "@hpcnb/client";
import { HpcnbError, isHpcnbError } from "@hpcnb/core";
import { type SessionContext, type SessionState, type TakenDown, takeDown } from "@hpcnb/core/session";
import { typed, wordFor } from "../help/pasteable.js";
import { type OpenSession, withSession } from "../opening/with-session.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";
import type { Progress } from "../report/progress.js";

export async function down(options: { session: string | undefined; signal: AbortSignal }): Promise<Outcome<"down">> {
  const work = async ({ context, session, progress }: OpenSession) => {
    const result = await takeDownTelling(context, progress, options.signal);
    progress.stop();
    if (result) rememberEnd(session, { at: new Date().toISOString(), state: "ended by you" }, tell);
    const phase = result ? ("ended" as const) : ("absent" as const);
    return {
      value: { name: session.name, phase, cancelled: result?.cancelled ?? 0 },
      notes: [sentence(session.name, result)],
    };
  };
  return withSession(options.session, work, { doing: "looking for its jobs", needsScheduler: true });
}

function sentence(name: string, result: TakenDown | undefined): string {
  if (!result) return `${name} does not run: nothing to do.`;
  const { cancelled, lost } = result;
  const why = lost === undefined ? "" : `${lost}\n`;
  if (cancelled > 0) return `${why}${name} is down: ${cancelled} ${cancelled === 1 ? "job" : "jobs"} ended.`;
  return lost === undefined
    ? `${name} is down; nothing was running any more.`
    : `${why}${name} is down; the scheduler lists no job of this folder's.`;
}

/**
 * Ending jobs waits for the scheduler's word, which may take minutes: each end is told as it comes.
 */
async function takeDownTelling(context: SessionContext, progress: Progress, signal: AbortSignal) {
  const { session } = context;
  let last: SessionState | undefined;
  const observe = (state: SessionState) => {
    // What was asked for stays what was asked for: a record that says "ended" comes last.
    if (state.stopping && !state.record?.ended) last = state;
    const steps = endStepsOf(state);
    if (steps.length > 0) progress.update(steps);
    else if (state.trouble !== undefined) progress.begin(`${session.name}: trying again: ${state.trouble}`);
  };
  try {
    const result = await takeDown({ ...context, observe }, signal);
    if (last) progress.update(endedStepsOf(last));
    return result;
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_ABORTED")) throw error;
    progress.stop();
    const word = wordFor(session);
    throw new HpcnbError("HPCNB_ABORTED", "Interrupted; jobs may still run.", {
      cause: error.cause,
      hint: `\`${typed("down", word)}\` goes on, \`${typed("status", word)}\` shows the rest.`,
    });
  }
}
