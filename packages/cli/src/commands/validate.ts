import { findSessionFile, loadValidSession, venvProblems } from "@hpcnb/client/files";
import { printResult, tell } from "../print.js";
import { warnOfOthers } from "../warn-of-others.js";
import { warnOfSecrets } from "../warn-of-secrets.js";

export async function validate(options: { session: string | undefined; json: boolean }): Promise<void> {
  const { session } = await loadValidSession(findSessionFile(options.session, tell), tell, venvProblems);
  warnOfOthers(session);
  warnOfSecrets(session);
  // A hash is no password, but it is what one is guessed from.
  const shown = { ...session, notebook: { ...session.notebook, password: session.notebook.password && "***" } };
  if (options.json) printResult<"validate">(shown);
  else tell(`${session.file} is valid: session ${session.name}, scheduler ${session.scheduler.plugin}.`);
}
