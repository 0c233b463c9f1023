import { closeConnectionOf, findSessionFile, parseAddress, rememberSession } from "@hpcnb/client";
import { type Connected, connect as connectTo, openTracker, type SessionState } from "@hpcnb/core/session";
import { portOf, warnOfLostPort } from "../opening/lost-port.js";
import { type OpenSession, withSession } from "../opening/with-session.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";

interface ConnectOptions {
  readonly session: string | undefined;
  readonly signal: AbortSignal;
}

/** Opens the tunnel to a session that runs, from this machine; its text is the URL. */
export async function connect({ session: argument, signal }: ConnectOptions): Promise<Outcome<"connect">> {
  const work = async ({ context, session, progress }: OpenSession) => {
    const { tracker, baseUrl, token } = await openTheWay({ context, session, progress }, signal);
    const url = context.workload.url(baseUrl, session, token);
    const { connection } = tracker.state;
    return { value: { name: session.name, url, tunnel: connection?.kind }, text: [`${url}\n`] };
  };
  return withSession(argument, work, { doing: "looking for it" });
}

/** Connects to a notebook that answers, and tells what it does. */
export async function openTheWay({ context, session, progress }: OpenSession, signal: AbortSignal): Promise<Connected> {
  const where = session.host === undefined ? session.name : `${session.name} on ${session.host}`;
  const observe = ({ reports }: SessionState) => {
    if (reports.notebook.state === "answering") progress.begin(`${where}: opening the way to its notebook`);
  };
  const connected = await connectTo({ ...context, observe }, signal);
  const { state, directory } = connected.tracker;
  rememberSession({ ...session, run: state.record?.run.id, directory, port: portOf(connected.baseUrl) }, tell);
  if (state.connection) warnOfLostPort(state.connection);
  return connected;
}

/**
 * Closes the tunnel; the session goes on. What was opened by this file or address is closed without
 * asking the host, which may be out of reach; only for what was opened by another name of it must
 * the host say which directory is meant.
 */
export async function disconnect({ session: argument, signal }: ConnectOptions): Promise<Outcome<"disconnect">> {
  const found = findSessionFile(argument, tell);
  const address = parseAddress(found);
  if (address && (await closeConnectionOf({ host: address.host, file: found }))) return disconnected(found, true);
  return withSession(argument, async ({ context, session }) => {
    if (await closeConnectionOf(session)) return disconnected(session.name, true);
    const { directory } = await openTracker(context, "look", signal);
    const connection = await context.connector?.current(directory);
    await context.connector?.disconnect(directory);
    return disconnected(session.name, connection !== undefined);
  });
}

function disconnected(name: string, closed: boolean): Outcome<"disconnect"> {
  const notes = closed
    ? [
        `${name} is disconnected and goes on; \`hpcnb connect\` opens it again.`,
        "Close its browser tab: where others use this machine, they may take the port it still talks to.",
      ]
    : [`${name} was not connected to this machine.`];
  return { value: { name, closed }, notes };
}
