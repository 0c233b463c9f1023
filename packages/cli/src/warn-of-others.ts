import type { Session } from "@hpcnb/core";
import { foreignHand } from "./plugins/foreign-hands.js";
import { tell } from "./print.js";

/** A session file can run anything as the user who starts it, also without a plugin: whose words these are is worth a line. */
export function warnOfOthers({ file }: Session): void {
  const problem = foreignHand(file);
  if (problem)
    tell(
      `Warning: others may have written ${file}: ${problem}. What it says is done as you: its setup, its Python, its host.`,
    );
}
