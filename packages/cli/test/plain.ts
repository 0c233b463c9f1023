import type { Piece } from "../src/printing/print.js";

/** What is printed where there are no colours. */
export function plain(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : piece[1])).join("");
}
