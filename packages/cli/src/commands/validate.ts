import { findSessionFile, loadValidSession, venvProblems, viewSession } from "@hpcnb/client/files";
import { warnOfOthers } from "../opening/warn-of-others.js";
import { warnOfSecrets } from "../opening/warn-of-secrets.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";

export async function validate(options: { session: string | undefined }): Promise<Outcome<"validate">> {
  const { session } = await loadValidSession(findSessionFile(options.session, tell), tell, venvProblems);
  warnOfOthers(session);
  warnOfSecrets(session);
  return {
    value: viewSession(session),
    notes: [`${session.file} is valid: session ${session.name}, scheduler ${session.scheduler.plugin}.`],
  };
}
