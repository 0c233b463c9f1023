import { type DryRunJob, dryRun as dryRunOf } from "@hpcnb/core/session";
import { siteNotes } from "../opening/site-notes.js";
import { warnOfOthers } from "../opening/warn-of-others.js";
import { type OpenSession, withSession } from "../opening/with-session.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";

/** Lines of a job script that are shown without --full: its head. hpcnb's own programs follow. */
const headLines = 12;

/** `up --dry-run`: tells what would be written and submitted, and does nothing. */
export async function dryRun(options: {
  readonly session: string | undefined;
  readonly full: boolean;
  readonly signal: AbortSignal;
}): Promise<Outcome<"up --dry-run">> {
  const work = async ({ context, session }: OpenSession) => {
    warnOfOthers(session);
    const { files, jobs } = await dryRunOf(context, options.signal);
    const written = ["# These files would be written, for you alone:", ...files.map((path) => `#   ${path}`)];
    const shown = jobs.map(options.full ? whole : head);
    return {
      value: { name: session.name, files, jobs: jobs.map(whole) },
      text: [`${[written.join("\n"), ...shown].join("\n\n")}\n`],
      notes: ["Nothing was written or submitted. A real start chooses other, random names.", ...siteNotes(session)],
    };
  };
  return withSession(options.session, work, {
    starts: true,
    announce: tell,
    doing: "looking at what would be submitted",
  });
}

function whole({ command, script }: DryRunJob): string {
  return `${command}\n\n${script.trimEnd()}`;
}

function head({ command, script }: DryRunJob): string {
  const lines = script.trimEnd().split("\n");
  if (lines.length <= headLines) return whole({ command, script });
  const more = `# ... and ${lines.length - headLines} more lines: --full prints them`;
  return whole({ command, script: [...lines.slice(0, headLines), more].join("\n") });
}
