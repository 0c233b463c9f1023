import { printable, printableLine } from "@hpcnb/core";
import fastStringWidth from "fast-string-width";
import { wrapAnsi } from "fast-wrap-ansi";
import type { Piece } from "../printing/print.js";
import type { Line } from "./live-region.js";

export interface Row {
  readonly mark: Piece;
  readonly name: string;
  readonly time: string;
  readonly text: string;
  /** What can be done meanwhile, below the text. */
  readonly note?: string | undefined;
}

const nameWidth = 10;
const timeWidth = 6;
/**
 * Columns before the text: mark, name and time, with a space after each and one more before the
 * text.
 */
const indent = 1 + 1 + nameWidth + 1 + timeWidth + 2;
/** A text that would be narrower than this stands below its name instead. */
const narrowest = 24;

/**
 * The lines of a step: its text is wrapped beside its name and time, or below, and nothing of it is
 * cut. Pure.
 */
export function layOut({ mark, name, time, text, note }: Row, columns: number): Line[] {
  const head: Line = [mark, ` ${name.padEnd(nameWidth)} `, ["dim", time.padStart(timeWidth)]];
  const beside = wrap(text, columns - indent);
  const isBeside = beside.length === 1 || columns - indent >= narrowest;
  const margin = " ".repeat(isBeside ? indent : 2);
  const [first = "", ...rest] = isBeside ? beside : ["", ...wrap(text, columns - margin.length)];
  const notes = note === undefined ? [] : wrap(note, columns - margin.length);
  return [
    first === "" ? head : [...head, `  ${first}`],
    ...rest.map((line): Line => [`${margin}${line}`]),
    ...notes.map((line): Line => [margin, ["dim", line]]),
  ];
}

/**
 * Lines of text of at most so many columns; cleaned before they are measured. A line of the text
 * stays one. Pure.
 */
export function wrap(text: string, columns: number): string[] {
  const wrapped = (line: string) => wrapAnsi(printableLine(line), Math.max(1, columns), { hard: true }).split("\n");
  return text.split("\n").flatMap(wrapped);
}

/** Pieces of several lines as lines. Pure. */
export function linesOf(pieces: readonly Piece[]): Line[] {
  const lines: Piece[][] = [[]];
  for (const piece of pieces) {
    const [style, text] = typeof piece === "string" ? [undefined, piece] : piece;
    text.split("\n").forEach((part, index) => {
      if (index > 0) lines.push([]);
      if (part !== "") lines.at(-1)?.push(style === undefined ? part : [style, part]);
    });
  }
  if (lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

/** What a line of so many columns has room for. Pure. */
export function clip(line: Line, columns: number): Line {
  let room = columns;
  return line.flatMap((piece): Piece[] => {
    const text = printable(typeof piece === "string" ? piece : piece[1]);
    if (room <= 0) return [];
    const width = fastStringWidth(text);
    const shown = width <= room ? text : `${(wrap(text, room - 1)[0] ?? "").slice(0, room - 1)}…`;
    room -= Math.min(width, room);
    return [typeof piece === "string" ? shown : [piece[0], shown]];
  });
}

/** Pure. */
export function elapsed(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  const two = (count: number) => String(Math.floor(count)).padStart(2, "0");
  return hours > 0 ? `${hours}h ${two(minutes % 60)}m` : `${minutes}m ${two(seconds % 60)}s`;
}
