import { findSessionFile, loadValidSession, venvProblems, viewSession } from "@hpcnb/client/files";
import { siteNotes } from "../opening/site-notes.js";
import { warnOfOthers } from "../opening/warn-of-others.js";
import { warnOfSecrets } from "../opening/warn-of-secrets.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";
import { createAskingLoader } from "../printing/trust.js";

export async function validate(options: {
  readonly session: string | undefined;
  /** Shows each value with the line that it comes from. */
  readonly explain: boolean;
}): Promise<Outcome<"validate">> {
  const { session, source } = await loadValidSession(findSessionFile(options.session, tell), {
    announce: tell,
    loader: createAskingLoader(),
    further: (read) => [...venvProblems(read), ...read.limits],
  });
  warnOfOthers(session);
  warnOfSecrets(session);
  const shown = viewSession(session);
  const notes = [
    `${session.file} is valid: session ${session.name}, scheduler ${session.scheduler.plugin}.`,
    ...siteNotes(session),
  ];
  if (!options.explain || !source) return { value: shown, notes };
  const { explain, layOut } = await import("./explain.js");
  const values = explain(source);
  return { value: { ...shown, values }, text: [layOut(values)], notes };
}
