import type { ListedSession } from "@hpcnb/client";
import { printableLine } from "@hpcnb/core";
import type { Piece } from "../printing/print.js";
import { inColour } from "./state-colour.js";
import { timeLeft, timeSince } from "./times.js";

const header = ["NAME", "STATE", "HOST", "ENGINES", "AGE", "LEFT", "FILE"];
const stateColumn = 1;
const leftColumn = 5;

/**
 * For people: a line for each session, below a header. Columns that are empty everywhere are left
 * out. Pure.
 */
export function renderList(rows: readonly ListedSession[], now: number): Piece[] {
  const table = rows.map((row) => cellsOf(row, now));
  const texts = [header, ...table.map((cells) => cells.map(textOf))];
  const widths = header.map((_, column) => Math.max(...texts.map((cells) => cells[column]?.length ?? 0)));
  const isUsed = header.map((_, column) => table.some((cells) => textOf(cells[column] ?? "") !== ""));
  const line = (cells: readonly Piece[], paint: (piece: Piece, width: number, column: number) => Piece): Piece[] => [
    ...cells.flatMap((cell, column): Piece[] => {
      if (!isUsed[column]) return [];
      const isLast = column === header.length - 1;
      return [paint(cell, isLast ? 0 : (widths[column] ?? 0), column), isLast ? "" : "  "];
    }),
    "\n",
  ];
  return [
    ...line(header, (cell, width) => ["dim", textOf(cell).padEnd(width)]),
    ...table.flatMap((cells) =>
      line(cells, (cell, width, column) => {
        const text = textOf(cell).padEnd(width);
        if (column === stateColumn) return inColour(textOf(cell), width);
        return column === leftColumn && typeof cell !== "string" ? [cell[0], text] : text;
      }),
    ),
  ];
}

function cellsOf(row: ListedSession, now: number): Piece[] {
  const { name, state, host, engines, startedAt, submittedAt, endedAt, file, problem } = row;
  const since = timeSince(startedAt ?? submittedAt, now) ?? "";
  return [
    printableLine(name),
    state,
    printableLine(host ?? ""),
    engines ? `${engines.registered}/${engines.asked}` : "",
    endedAt === undefined ? since : `${timeSince(endedAt, now)} ago`,
    endedAt === undefined ? leftOf(row, now) : "",
    printableLine(problem === undefined ? file : `${file} (${problem})`),
  ];
}

/** The header says already that it is left. */
function leftOf(row: ListedSession, now: number): Piece {
  const left = timeLeft(row, now) ?? "";
  const short = (text: string) => text.replace(/ left$/, "");
  return typeof left === "string" ? short(left) : [left[0], short(left[1])];
}

function textOf(piece: Piece): string {
  return typeof piece === "string" ? piece : piece[1];
}
