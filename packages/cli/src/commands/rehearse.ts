import { rehearse as rehearseSession } from "@hpcnb/core/session";
import { printResult, printText, tell } from "../print.js";
import { warnOfOthers } from "../warn-of-others.js";
import { type OpenSession, withSession } from "../with-session.js";

/** `up --dry-run`: prints what would be written and submitted, and does nothing. */
export async function rehearse(options: {
  session: string | undefined;
  json: boolean;
  signal: AbortSignal;
}): Promise<void> {
  const work = async ({ context, session }: OpenSession) => {
    warnOfOthers(session);
    const { files, jobs } = await rehearseSession(context, options.signal);
    if (options.json) {
      printResult<"up --dry-run">({ name: session.name, files, jobs });
      return;
    }
    const written = ["# These files would be written, for you alone:", ...files.map((path) => `#   ${path}`)];
    printText(`${[written.join("\n"), ...jobs.map((job) => job.trimEnd())].join("\n\n")}\n`);
    tell("Nothing was written or submitted. A real start chooses other, random names.");
  };
  await withSession(options.session, work, { announce: tell, doing: "looking at what would be submitted" });
}
