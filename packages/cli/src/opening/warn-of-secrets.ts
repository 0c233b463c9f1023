import { secretLooking } from "@hpcnb/client/files";
import type { Session } from "@hpcnb/core/session-file";
import { tell } from "../printing/print.js";

export function warnOfSecrets(session: Session): void {
  for (const name of secretLooking(session)) {
    tell(
      `Warning: ${name} in notebook.environment.variables looks like a secret. All code in the notebook and in the engines can read it, and so can your other processes on their hosts.`,
    );
  }
}
