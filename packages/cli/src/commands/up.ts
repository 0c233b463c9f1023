import {
  connectCommand,
  momentsOf,
  parseAddress,
  type Results,
  rememberSession,
  type Step,
  stepsOf,
} from "@hpcnb/client";
import { HpcnbError, isHpcnbError } from "@hpcnb/core";
import {
  askedEngines,
  bringUp,
  isAlive,
  nameOfState,
  notebookTimes,
  type SessionContext,
  type SessionState,
  type SessionUp,
} from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { typed, wordFor } from "../help/pasteable.js";
import { whyNoBrowser } from "../opening/browser.js";
import { portOf, warnOfLostPort } from "../opening/lost-port.js";
import { openNotebook } from "../opening/open-notebook.js";
import { warnOfOthers } from "../opening/warn-of-others.js";
import { warnOfSecrets } from "../opening/warn-of-secrets.js";
import { type OpenSession, withSession } from "../opening/with-session.js";
import type { Outcome, TextOutcome } from "../printing/outcome.js";
import { tell, tellLines, tellNote } from "../printing/print.js";
import { closingCard } from "../report/closing-card.js";
import { createEndNotice } from "../report/end-notice.js";
import { isLive } from "../report/progress.js";
import { tellTheAbsent } from "../report/tell-the-absent.js";
import { clockTime, timeLine } from "../report/times.js";

export interface UpOptions {
  readonly session: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly json: boolean;
  /** Whether the notebook is to be opened in a browser where there is one. */
  readonly open: boolean;
  readonly signal: AbortSignal;
}

export async function up({ session: argument, timeoutMs, json, open, signal }: UpOptions): Promise<Outcome<"up">> {
  if (argument !== undefined && parseAddress(argument)) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `Starting a session needs its file: ${argument} is only an address.`, {
      hint: `\`hpcnb connect ${argument}\` connects to one that runs there.`,
    });
  }
  const begun = performance.now();
  const work = async ({ context, session, progress }: OpenSession) => {
    warnOfOthers(session);
    warnOfSecrets(session);
    const first: Step[] = [];
    const again = () => typed("up", wordFor(session));
    // What is learnt of a session while it is looked for is no news: it is shown once it is known
    // whether it was there.
    let inQueue: string | undefined;
    let last: SessionState | undefined;
    const notice = createEndNotice(tellNote);
    const observe = (state: SessionState) => {
      last = state;
      notice(notebookTimes(state, Date.now()));
      if (inQueue !== undefined) progress.update([...first, ...stepsOf(state, context.readiness.name, inQueue)]);
    };
    const decided = () => {
      inQueue ??= `Ctrl-C leaves it in the queue; \`${again()}\` comes back to it.`;
    };
    try {
      const result = await bringUp(
        { ...context, observe },
        {
          timeoutMs,
          signal,
          onStep: (name, detail) => {
            decided();
            first.push({ name, done: true, text: detail });
            progress.update(first);
          },
          onJobs: (how, { state, directory }) => {
            rememberSession({ ...session, run: state.record?.run.id, directory }, tell);
            decided();
            if (how === "found") first.push({ name: "session", done: true, text: describeFound(state, session) });
          },
        },
      );
      progress.stop();
      const { connection, record } = result.state;
      if (connection) {
        const { directory } = result;
        rememberSession({ ...session, run: record?.run.id, directory, port: portOf(connection.baseUrl) }, tell);
        warnOfLostPort(connection);
      }
      const closing = json ? {} : closingOf(result, context, { open, signal });
      const afterwards = async () => {
        const notes = (await closing.afterwards?.()) ?? [];
        tellTheAbsent(`${session.name} is up`, performance.now() - begun);
        return notes;
      };
      return { value: resultOf(result, context), ...closing, afterwards };
    } catch (error) {
      progress.stop();
      if (!isHpcnbError(error, "HPCNB_ABORTED"))
        tellTheAbsent(`${session.name} did not come up`, performance.now() - begun);
      if (!isHpcnbError(error, "HPCNB_ABORTED")) throw error;
      if (!last || !isAlive(last.phase))
        throw new HpcnbError("HPCNB_ABORTED", "Interrupted; nothing was submitted.", { cause: error.cause });
      const word = wordFor(session);
      throw new HpcnbError("HPCNB_ABORTED", "Interrupted; the submitted jobs go on.", {
        hint: `\`${again()}\` comes back to them, \`${typed("status", word)}\` shows them, \`${typed("down", word)}\` ends them.`,
      });
    }
  };
  return withSession(argument, work, { starts: true, doing: "looking for it" });
}

function describeFound(state: SessionState, session: Session): string {
  const { record } = state;
  const running = record ? askedEngines(record) : 0;
  const wanted = session.cluster?.groups.reduce((sum, { engines }) => sum + engines, 0) ?? 0;
  const note =
    running === wanted
      ? ""
      : `; it has ${running} engines, not the ${wanted} of the file: \`hpcnb scale\` changes that`;
  const since = record && `submitted ${clockTime(record.startedAt, Date.now())}`;
  return `found, ${[since, timeLine(notebookTimes(state, Date.now()), Date.now())].filter(Boolean).join(", runs ")}${note}`;
}

function resultOf({ state, directory, token }: SessionUp, { session, workload }: SessionContext): Results["up"] {
  const { connection, engines, phase, record } = state;
  const { submittedAt, startedAt, walltime, endsAt } = momentsOf(state);
  const url = connection && workload.url(connection.baseUrl, session, token);
  const facts = { name: session.name, phase, state: nameOfState(state), url, directory, run: record?.run.id };
  return { ...facts, jobs: record?.jobs, engines, submittedAt, startedAt, walltime, endsAt };
}

/**
 * What a person reads, whose head is told at once. stdout gets the URL; on a submit node, where no
 * browser is, the command that opens it elsewhere.
 */
function closingOf(
  { state, directory, token }: SessionUp,
  context: SessionContext,
  { open, signal }: Pick<UpOptions, "open" | "signal">,
): TextOutcome {
  const { session, workload } = context;
  const { connection } = state;
  const url = connection && workload.url(connection.baseUrl, session, token);
  const opens = open && url !== undefined && isAtDesk();
  const where = url === undefined ? "elsewhere" : opens ? "opens" : "here";
  const time = timeLine(notebookTimes(state, Date.now()), Date.now());
  const card = closingCard(session, wordFor(session), { where, time });
  tellLines(card.above);
  const printed = { text: [`${url ?? connectCommand(directory)}\n`], notes: card.below };
  if (!opens || !connection) return printed;
  const afterwards = async () => {
    const failure = await openNotebook(context, { directory, baseUrl: connection.baseUrl, token }, signal);
    if (failure === undefined) return [];
    return [
      `Note: Nothing was opened${failure.isSure ? "" : " yet"}: ${failure.why}. Open the address above yourself.`,
    ];
  };
  return { ...printed, afterwards };
}

/** Whether somebody sits at a terminal, and a browser would open before them. */
function isAtDesk(stream: NodeJS.WriteStream = process.stderr): boolean {
  return isLive(stream) && process.stdout.isTTY && whyNoBrowser(process.env, process.platform) === undefined;
}
