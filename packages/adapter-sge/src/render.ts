import { shellWord } from "@hpcnb/core";

/**
 * Words of the argv as a shell would take them, an option and its value together on a line, and
 * then the script that goes to standard input.
 */
export function render(argv: readonly string[], script: string): string {
  const lines: string[] = [];
  for (const word of argv.map(shellWord)) {
    const last = lines.at(-1);
    if (last === undefined || (word.startsWith("-") && lines.length > 0 && last !== "sh")) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return `${lines.join(" \\\n  ")}\n\n${script}`;
}
