import { findSessionFile } from "../find-session.js";
import { printJson, tell } from "../print.js";
import { loadValidSession } from "../valid-session.js";
import { warnOfSecrets } from "../variables.js";
import { venvProblems } from "../venv-problems.js";
import { warnOfOthers } from "../warn-of-others.js";

export async function validate(options: { session: string | undefined; json: boolean }): Promise<void> {
  const { session } = await loadValidSession(findSessionFile(options.session), tell, venvProblems);
  warnOfOthers(session);
  warnOfSecrets(session);
  // A hash is no password, but it is what one is guessed from.
  const shown = { ...session, notebook: { ...session.notebook, password: session.notebook.password && "***" } };
  if (options.json) printJson(shown);
  else tell(`${session.file} is valid: session ${session.name}, scheduler ${session.scheduler.plugin}.`);
}
