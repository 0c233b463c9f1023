import type { StatusView } from "@hpcnb/client";
import { isHpcnbError, systemClock } from "@hpcnb/core";
import { type Piece, printJson, printText, screen, tellNote } from "../print.js";
import { createEndNotice } from "./end-notice.js";
import { clip, linesOf } from "./lay-out.js";
import { createLiveRegion } from "./live-region.js";
import { isLive } from "./progress.js";
import { renderStatus } from "./render-status.js";

/** Milliseconds between two looks: as often as a waiting `up` asks a scheduler in the long run. */
const lookEvery = 10_000;

export interface WatchOptions {
  readonly called: string;
  readonly json: boolean;
  /** Ends it, and is no failure. */
  readonly signal: AbortSignal;
  look(): Promise<StatusView>;
}

/**
 * Keeps a status on the screen, or, where nothing can be redrawn, prints it whenever it has
 * changed.
 */
export async function watchStatus(first: StatusView, options: WatchOptions): Promise<void> {
  const { called, json, signal, look } = options;
  let view = first;
  const rendered = () => renderStatus(view, { now: Date.now(), called });
  const isDrawn = !json && isLive(screen());
  const region = isDrawn
    ? createLiveRegion(screen(), (columns) => linesOf(rendered()).map((line) => clip(line, columns)))
    : undefined;
  const notice = createEndNotice(tellNote);
  let said = "";
  try {
    for (;;) {
      region?.draw();
      if (!isDrawn && JSON.stringify(view) !== said) print(json ? view : rendered(), json);
      said = JSON.stringify(view);
      notice(view);
      await systemClock.sleep(lookEvery, signal);
      view = await look();
    }
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_ABORTED")) throw error;
  } finally {
    region?.stop();
    // What was seen last stays.
    if (isDrawn) printText(...rendered());
  }
}

function print(what: StatusView | Piece[], json: boolean): void {
  if (json) printJson(what);
  else printText(...(what as Piece[]), "\n");
}
