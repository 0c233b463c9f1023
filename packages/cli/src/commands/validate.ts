import { findSessionFile, loadValidSession, venvProblems } from "@hpcnb/client/files";
import type { Outcome } from "../outcome.js";
import { tell } from "../print.js";
import { warnOfOthers } from "../warn-of-others.js";
import { warnOfSecrets } from "../warn-of-secrets.js";

export async function validate(options: { session: string | undefined }): Promise<Outcome<"validate">> {
  const { session } = await loadValidSession(findSessionFile(options.session, tell), tell, venvProblems);
  warnOfOthers(session);
  warnOfSecrets(session);
  // A hash is no password, but it is what one is guessed from.
  const shown = { ...session, notebook: { ...session.notebook, password: session.notebook.password && "***" } };
  return {
    value: shown,
    notes: [`${session.file} is valid: session ${session.name}, scheduler ${session.scheduler.plugin}.`],
  };
}
