import fastStringWidth from "fast-string-width";
import { draw as drawOn, eraseLines, keepLive, type LiveRegion, type Piece } from "../printing/print.js";

/** A line of the screen. */
export type Line = readonly Piece[];

const redrawEveryMs = 120;

/**
 * The lines that end the screen while a command waits. They are redrawn for each frame and for each
 * change of the terminal's size, and whatever else is printed goes above them.
 *
 * @param render the lines for a terminal of so many columns; no line may be longer.
 */
export function createLiveRegion(stream: NodeJS.WriteStream, render: (columns: number) => readonly Line[]): LiveRegion {
  let widths: readonly number[] = [];
  let held = false;
  let over = false;

  const hide = () => {
    if (widths.length === 0) return;
    const [columns] = sizeOf(stream);
    // A terminal that became narrower has broken what was drawn into more lines.
    const count = rowsOf(widths, columns);
    widths = [];
    eraseLines(stream, count);
  };
  const draw = () => {
    if (held || over) return;
    const [columns, rows] = sizeOf(stream);
    stream.cork();
    hide();
    const lines = render(columns);
    const all = lines.map((line) => fastStringWidth(line.map(textOf).join("")));
    // What has left the screen at its top could not be taken away again.
    const fit = all.findIndex((_, index) => rowsOf(all.slice(0, index + 1), columns) > Math.max(1, rows - 2));
    const shown = fit < 0 ? lines : lines.slice(0, fit);
    for (const line of shown) drawOn(stream, ...line, "\n");
    widths = all.slice(0, shown.length);
    stream.uncork();
  };
  const timer = setInterval(draw, redrawEveryMs);
  timer.unref();
  stream.on("resize", draw);

  const region: LiveRegion = {
    hide,
    draw,
    hold: () => {
      hide();
      held = true;
    },
    release: () => {
      held = false;
      draw();
    },
    stop: () => {
      clearInterval(timer);
      stream.off("resize", draw);
      hide();
      over = true;
      keepLive(undefined);
    },
  };
  keepLive(region);
  return region;
}

/** Columns and rows as they are now: the stream's own numbers are those of the last signal. */
export function sizeOf(stream: NodeJS.WriteStream): readonly [columns: number, rows: number] {
  const [columns, rows] = stream.isTTY && stream.getWindowSize ? stream.getWindowSize() : [];
  return [columns || stream.columns || 80, rows || stream.rows || 24];
}

/** Rows of the screen that lines of these widths take. */
function rowsOf(widths: readonly number[], columns: number): number {
  return widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
}

function textOf(piece: Piece): string {
  return typeof piece === "string" ? piece : piece[1];
}
