import { type ConnectionFacts, isWhole } from "../connector.js";
import { HpcnbError, isHpcnbError } from "../errors.js";
import type { SessionContext } from "./context.js";
import { lookAt } from "./open-session.js";
import { nameOfState } from "./state-name.js";
import { whyNoRecord } from "./strays.js";
import { notebookTimes } from "./times.js";
import type { Tracker } from "./tracker.js";

/** A notebook may take this long to answer through a tunnel that was just opened. */
const answerLimitMs = 60_000;
const retryEveryMs = 250;

export interface Connected {
  readonly tracker: Tracker;
  readonly baseUrl: string;
  readonly token: string;
}

/**
 * Opens the way from this machine to a notebook that already answers on its host; starts nothing
 * there. What is open already is used.
 * @throws what `answeringNotebook` throws; HPCNB_UNSUPPORTED where no browser is; HPCNB_TUNNEL,
 *   HPCNB_PORT_TAKEN, HPCNB_TIMEOUT.
 */
export async function connect(context: SessionContext, signal?: AbortSignal): Promise<Connected> {
  const tracker = await answeringNotebook(context, signal);
  if (!context.connector)
    throw new HpcnbError(
      "HPCNB_UNSUPPORTED",
      "There is nothing to connect on a submit node: the browser is elsewhere.",
      {
        hint: "Run the command on your own machine, as `hpcnb connect HOST:DIRECTORY`. `hpcnb open` prints it.",
      },
    );
  // Without it a tunnel would be of no use.
  await tracker.token.read();
  const deadline = context.clock.now() + answerLimitMs;
  for (;;) {
    const connected = await tryToConnect(tracker, signal);
    if (connected) return connected;
    if (context.clock.now() > deadline) throw noAnswer(tracker.state.connection);
    await context.clock.sleep(retryEveryMs, signal);
  }
}

/**
 * A session whose notebook answers on its host, whether there is a way to it from here or not.
 * @throws HPCNB_NO_SESSION when there is no notebook yet, HPCNB_JOB_ENDED when there is none any
 *   more, HPCNB_STATE_UNREADABLE.
 */
export async function answeringNotebook(context: SessionContext, signal?: AbortSignal): Promise<Tracker> {
  const tracker = await lookAt(context, signal);
  const { phase, loss, damage } = tracker.state;
  const unreadable = damage ?? whyNoRecord(tracker.state);
  if (!tracker.answering && unreadable) throw unreadable;
  const isOver = phase === "ended" || phase === "failed";
  if (tracker.answering && !isOver) return tracker;
  throw new HpcnbError(
    isOver ? "HPCNB_JOB_ENDED" : "HPCNB_NO_SESSION",
    `${context.session.name} has no notebook to connect to: its state is "${nameOfState(tracker.state)}"${loss ? ` (${loss.why})` : ""}.`,
    { hint: isOver ? "`hpcnb up` starts it again." : "`hpcnb up` starts it, or waits for it." },
  );
}

function noAnswer(connection: ConnectionFacts | undefined): HpcnbError {
  const { healing } = connection ?? {};
  const seconds = answerLimitMs / 1000;
  if (healing)
    return new HpcnbError("HPCNB_TIMEOUT", `The tunnel has been broken since ${healing.since}: ${healing.why}`, {
      hint: "It keeps trying, on the same port; `hpcnb status` shows when it is whole.",
      transient: true,
    });
  return new HpcnbError(
    "HPCNB_TIMEOUT",
    `The tunnel is open, but the notebook gave no answer through it for ${seconds} s.`,
    {
      hint: "`hpcnb logs notebook` shows what the server says.",
      transient: true,
    },
  );
}

/**
 * One try: undefined when the notebook does not answer through the tunnel yet. The token is sent
 * only over a tunnel that its keeper has just called whole. A tunnel that leads to something else
 * is closed again.
 */
export async function tryToConnect(tracker: Tracker, signal?: AbortSignal): Promise<Connected | undefined> {
  const { connector, workload } = tracker.context;
  const { record } = tracker.state;
  const endpoint = tracker.answering?.endpoint;
  if (!connector || !endpoint || !record) return undefined;
  const [connection, token] = await Promise.all([
    connector.connect(
      tracker.directory,
      record.run.id,
      { ...endpoint, run: record.run },
      {
        signal,
        times: notebookTimes(tracker.state, Date.now()),
      },
    ),
    tracker.token.get(),
  ]);
  if (!isWhole(connection)) {
    tracker.dispatch({ type: "tunnel-opened", connection });
    return undefined;
  }
  const answers = await workload.answers(connection, token, signal).catch(async (error) => {
    if (isHpcnbError(error, "HPCNB_TUNNEL")) await connector.disconnect(tracker.directory);
    throw error;
  });
  if (!answers) {
    tracker.token.forget();
    return undefined;
  }
  tracker.dispatch({ type: "tunnel-opened", connection });
  return { tracker, baseUrl: connection.baseUrl, token };
}
