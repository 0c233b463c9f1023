import type { Command } from "./scheduler.js";
import { shellWord } from "./shell-word.js";

/**
 * A command as people read it: words as a shell would take them, an option and its value together
 * on a line. Pure; never run.
 */
export function renderCommand({ argv, shown = argv }: Command): string {
  const lines: string[] = [];
  for (const word of shown.map(shellWord)) {
    const last = lines.at(-1);
    if (last === undefined || word.startsWith("-")) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(" \\\n  ");
}
