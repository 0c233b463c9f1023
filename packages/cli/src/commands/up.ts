import {
  askedEngines,
  bringUp,
  HpcnbError,
  isHpcnbError,
  type Session,
  type SessionState,
  type SessionUp,
  type Workload,
} from "@hpcnb/core";
import { rememberSession } from "../client-state.js";
import { warnOfLostPort } from "../lost-port.js";
import { printJson, printText, tell } from "../print.js";
import { createProgress } from "../report/progress.js";
import { type Step, stepsOf } from "../report/steps.js";
import { connectCommand, parseAddress } from "../session-address.js";
import { warnOfSecrets } from "../variables.js";
import { warnOfOthers } from "../warn-of-others.js";
import { withSession } from "../with-session.js";

export interface UpOptions {
  readonly session: string | undefined;
  /** Seconds. */
  readonly timeout: number | undefined;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

export async function up({ session: argument, timeout, json, signal }: UpOptions): Promise<void> {
  if (argument !== undefined && parseAddress(argument)) {
    throw new HpcnbError(
      "HPCNB_BAD_ARGUMENTS",
      `Starting a session needs its file, not only its place (${argument}).`,
      {
        hint: `\`hpcnb connect ${argument}\` connects to one that runs there.`,
      },
    );
  }
  await withSession(argument, async ({ context, session }) => {
    warnOfOthers(session);
    warnOfSecrets(session);
    const progress = createProgress();
    const first: Step[] = [];
    // What is learnt of a session while it is looked for is no news: it is shown once it is known whether it was there.
    let decided = false;
    const observe = (state: SessionState) => {
      if (decided) progress.update([...first, ...stepsOf(state, context.readiness.name)]);
    };
    try {
      const result = await bringUp(
        { ...context, observe },
        {
          timeout,
          signal,
          onStep: (name, detail) => {
            decided = true;
            first.push({ name, done: true, text: detail });
            progress.update(first);
          },
          onJobs: (how, { state, directory }) => {
            decided = true;
            rememberSession({ ...session, run: state.record?.run.id, directory });
            if (how === "found") first.push({ name: "session", done: true, text: describeFound(state, session) });
          },
        },
      );
      progress.stop();
      if (result.state.connection) warnOfLostPort(result.state.connection);
      report(result, session, context.workload, json);
    } catch (error) {
      if (!decided || !isHpcnbError(error, "HPCNB_ABORTED")) throw error;
      throw new HpcnbError("HPCNB_ABORTED", "Interrupted; what was submitted goes on.", {
        hint: `\`hpcnb up ${session.file}\` comes back to it, \`hpcnb status\` shows how far it is, \`hpcnb down\` ends it.`,
      });
    } finally {
      progress.stop();
    }
  });
}

function describeFound({ record }: SessionState, session: Session): string {
  const running = record ? askedEngines(record) : 0;
  const wanted = session.cluster?.groups.reduce((sum, { engines }) => sum + engines, 0) ?? 0;
  const note =
    running === wanted
      ? ""
      : `; it has ${running} engines, not the ${wanted} of the file: \`hpcnb scale\` changes that`;
  return `found, started ${record?.startedAt}${note}`;
}

/** stdout gets the URL; on a submit node, where no browser is, the command that opens it elsewhere. */
function report({ state, directory, token }: SessionUp, session: Session, workload: Workload, json: boolean): void {
  const url = state.connection && workload.url(state.connection.baseUrl, session, token);
  if (json) {
    const { engines, phase, record } = state;
    const facts = { name: session.name, phase, url, directory, run: record?.run.id, jobs: record?.jobs, engines };
    printJson(facts);
    return;
  }
  if (!url) tell("The notebook runs. Open it from your own machine with:");
  printText(`${url ?? connectCommand(directory)}\n`);
  if (session.cluster) tell(`In a notebook: ipyparallel.Client(profile="${session.name}")`);
  tell(`Stop it with: hpcnb down ${session.file}`);
}
