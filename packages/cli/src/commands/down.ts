import { takeDown } from "@hpcnb/core";
import { forgetSession } from "../client-state.js";
import { withSession } from "../with-session.js";

export async function down(options: {
  session: string | undefined;
  json: boolean;
  signal: AbortSignal;
}): Promise<void> {
  await withSession(options.session, async ({ context, session }) => {
    const result = await takeDown(context, options.signal);
    forgetSession(session.file);
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
