import { connect as connectTo, prepared } from "@hpcnb/core";
import { rememberSession } from "../client-state.js";
import { withSession } from "../with-session.js";

interface ConnectOptions {
  readonly session: string | undefined;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** Opens the tunnel to a session that runs, from this machine, and prints its URL. */
export async function connect({ session: argument, json, signal }: ConnectOptions): Promise<void> {
  await withSession(argument, async ({ context, session }) => {
    const { tracker, baseUrl, token } = await connectTo(context, signal);
    rememberSession(session);
    const url = context.workload.url(baseUrl, session, token);
    const { connection } = tracker.state;
    if (json) process.stdout.write(`${JSON.stringify({ name: session.name, url, tunnel: connection?.kind })}\n`);
    else process.stdout.write(`${url}\n`);
  });
}

/** Closes the tunnel; the session goes on. */
export async function disconnect({ session: argument, json, signal }: ConnectOptions): Promise<void> {
  await withSession(argument, async ({ context, session }) => {
    const { directory } = await prepared(context, "look", signal);
    const connection = await context.connector?.current(directory);
    await context.connector?.disconnect(directory);
    if (json) process.stdout.write(`${JSON.stringify({ name: session.name, closed: connection !== undefined })}\n`);
    else if (!connection) process.stderr.write(`${session.name} was not connected to this machine.\n`);
    else process.stderr.write(`${session.name} is disconnected and goes on; \`hpcnb connect\` opens it again.\n`);
  });
}
