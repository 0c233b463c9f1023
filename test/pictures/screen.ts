import { spawn } from "node:child_process";
import { once } from "node:events";
import xterm from "@xterm/headless";
import { cliProgram } from "../support/cli.js";
import type { Project } from "../support/project.js";

const columns = 80;
/** More than any command prints here, so that nothing scrolls away. */
const rows = 60;

export interface Run {
  readonly text: string;
  readonly bold: boolean;
  readonly dim: boolean;
  /** One of the terminal's sixteen colours; undefined for the usual one. */
  readonly color: number | undefined;
}

export interface Screen {
  readonly columns: number;
  /** Without the empty ones at the end. Each is the pieces of one look, in their order. */
  readonly lines: readonly (readonly Run[])[];
  readonly text: string;
}

/** What a terminal shows when a command of hpcnb's has ended, below the line that was typed. */
export async function screenAfter(words: readonly string[], project: Project): Promise<Screen> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  terminal.write(`\u001b[1m$ hpcnb ${words.join(" ")}\u001b[0m\r\n`);
  const command = `stty cols ${columns} rows ${rows}; exec '${process.execPath}' '${cliProgram}' ${words.join(" ")}`;
  const { CI, NO_COLOR, DISPLAY, WAYLAND_DISPLAY, BROWSER, ...inherited } = process.env;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: project.directory,
    env: { ...inherited, ...project.env, TERM: "xterm-256color" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdout.on("data", (bytes: Buffer) => terminal.write(bytes));
  const [exitCode] = (await once(child, "close")) as [number | null];
  await new Promise<void>((resolve) => terminal.write("", resolve));
  const lines = Array.from({ length: rows }, (_, row) => runsOf(terminal, row));
  while (lines.at(-1)?.length === 0) lines.pop();
  const text = lines.map((runs) => runs.map((run) => run.text).join("")).join("\n");
  if (exitCode !== 0) throw new Error(`hpcnb ${words.join(" ")} exited with code ${exitCode}:\n${text}`);
  return { columns, lines, text };
}

/** Cells of one look side by side are one run. */
function runsOf(terminal: InstanceType<typeof xterm.Terminal>, row: number): Run[] {
  const line = terminal.buffer.active.getLine(row);
  const runs: Run[] = [];
  const width = line?.translateToString(true).length ?? 0;
  for (let column = 0; column < width; column += 1) {
    const cell = line?.getCell(column);
    if (!cell) break;
    const look = {
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
      color: cell.isFgPalette() ? cell.getFgColor() : undefined,
    };
    const text = cell.getChars() || " ";
    const last = runs.at(-1);
    if (last && last.bold === look.bold && last.dim === look.dim && last.color === look.color) {
      runs[runs.length - 1] = { ...last, text: last.text + text };
    } else {
      runs.push({ ...look, text });
    }
  }
  return runs;
}
