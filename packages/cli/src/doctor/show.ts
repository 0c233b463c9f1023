import type { Finding } from "@hpcnb/client";
import { type Piece, printLine } from "../printing/print.js";
import { elapsed, layOut } from "../report/lay-out.js";
import { type Marks, marksFor } from "../report/marks.js";

/** A finding as lines for people: what was seen, and below it what to do. */
export function showFinding({ name, state, text, hint, seconds }: Finding): void {
  const columns = process.stdout.columns || 80;
  const row = { name, text: trimmed(text), note: hint && trimmed(hint), time: elapsed(seconds * 1000) };
  for (const line of layOut({ ...row, mark: markOf(state, marksFor(process.env)) }, columns)) printLine(...line);
}

function markOf(state: Finding["state"], marks: Marks): Piece {
  if (state === "ok") return ["green", marks.done];
  if (state === "warning") return ["yellow", "!"];
  return state === "failed" ? ["red", marks.failed] : ["dim", marks.waiting];
}

/** Each line of it. */
function trimmed(text: string): string {
  return text.trim().replaceAll(/[^\S\n]*\n\s*/g, "\n");
}
