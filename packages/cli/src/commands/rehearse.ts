import { rehearse as rehearseSession } from "@hpcnb/core";
import { withSession } from "../with-session.js";

/** `up --dry-run`: prints what would be written and submitted, and does nothing. */
export async function rehearse(options: {
  session: string | undefined;
  json: boolean;
  signal: AbortSignal;
}): Promise<void> {
  await withSession(options.session, async ({ context, session }) => {
    const { files, jobs } = await rehearseSession(context, options.signal);
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ name: session.name, files, jobs })}\n`);
      return;
    }
    const written = ["# These files would be written, for you alone:", ...files.map((path) => `#   ${path}`)];
    process.stdout.write(`${[written.join("\n"), ...jobs.map((job) => job.trimEnd())].join("\n\n")}\n`);
    process.stderr.write("Nothing was written or submitted. A real start has other, random names.\n");
  });
}
