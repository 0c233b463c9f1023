import type { CommandModule } from "yargs";
import { nameOf } from "./command-words.js";

/** The commands by what people want, in the order of the help. */
const groups: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["Begin", ["init", "validate", "up", "open"]],
  ["Look", ["status", "list", "logs"]],
  ["Change", ["scale", "connect", "disconnect", "renew-token", "down"]],
  ["When something is wrong", ["doctor", "help"]],
];

const examples: readonly (readonly [line: string, meaning: string])[] = [
  ["hpcnb up session.yaml", "start it, or come back to it"],
  ["hpcnb logs rnaseq all --follow", "read along, the notebook and each engine"],
  ["hpcnb down rnaseq", "end everything that it started"],
];

/** What `hpcnb` alone prints: every command of the table once. Pure. */
export function overview(commands: readonly CommandModule[], columns: number): string {
  const inGroups = new Set(groups.flatMap(([, names]) => names));
  const others = commands.map(nameOf).filter((name) => !inGroups.has(name));
  const sections = [...groups, ["Others", others] as const].map(([title, names]) => {
    const rows = names.flatMap((name) => commands.filter((command) => nameOf(command) === name));
    return section(
      title,
      rows.map((command) => [nameOf(command), String(command.describe)]),
      columns,
    );
  });
  return [
    paragraph("A Jupyter notebook with its ipyparallel engines on a cluster, from one file.", columns),
    "Usage: hpcnb COMMAND [SESSION]\n",
    ...sections,
    section("Examples", examples, columns),
    paragraph(
      "SESSION is a session file or its folder, the name of a session known here, or host:/directory; without it, ./session.yaml.",
      columns,
    ),
    section(
      "More",
      [
        ["hpcnb COMMAND --help", "its options, with examples"],
        ["hpcnb help session-file", "every key of the file"],
        ["hpcnb help HPCNB_SSH", "what an error's code means"],
      ],
      columns,
    ),
  ].join("\n");
}

function paragraph(text: string, columns: number): string {
  return `${wrap(text, columns).join("\n")}\n`;
}

function section(title: string, rows: readonly (readonly [string, string])[], columns: number): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 4;
  const lines = rows.flatMap(([left, right]) =>
    wrap(right, columns - width).map(
      (text, index) => `${index === 0 ? `  ${left}`.padEnd(width) : " ".repeat(width)}${text}`,
    ),
  );
  return `${title}:\n${lines.join("\n")}\n`;
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
