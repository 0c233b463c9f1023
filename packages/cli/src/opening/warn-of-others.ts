import { foreignHand } from "@hpcnb/client/files";
import type { Session } from "@hpcnb/core/session-file";
import { tell } from "../printing/print.js";

/**
 * A session file can run anything as the user who starts it, also without a plugin: whose words
 * these are is worth a line.
 */
export function warnOfOthers({ file }: Session): void {
  const problem = foreignHand(file);
  if (problem)
    tell(
      `Warning: others may have written ${file}: ${problem}. Its setup, its Python and its host are used in your name.`,
    );
}
