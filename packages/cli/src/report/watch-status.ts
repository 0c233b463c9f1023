import type { StatusView } from "@hpcnb/client";
import { type Piece, printResult, printText, screen, tellNote } from "../printing/print.js";
import { createEndNotice } from "./end-notice.js";
import { clip, linesOf } from "./lay-out.js";
import { createLiveRegion } from "./live-region.js";
import { isLive } from "./progress.js";
import { renderStatus } from "./render-status.js";

export interface WatchOptions {
  readonly called: string;
  readonly json: boolean;
}

/**
 * Keeps a status on the screen, or, where nothing can be redrawn, prints it whenever it has
 * changed.
 */
export async function watchStatus(views: AsyncIterable<StatusView>, { called, json }: WatchOptions): Promise<void> {
  const isDrawn = !json && isLive(screen());
  const notice = createEndNotice(tellNote);
  let view: StatusView | undefined;
  let region: ReturnType<typeof createLiveRegion> | undefined;
  let said = "";
  const rendered = () => (view ? renderStatus(view, { now: Date.now(), called }) : []);
  try {
    for await (const seen of views) {
      view = seen;
      if (isDrawn)
        region ??= createLiveRegion(screen(), (columns) => linesOf(rendered()).map((line) => clip(line, columns)));
      region?.draw();
      if (!isDrawn && JSON.stringify(view) !== said) print(json ? view : rendered(), json);
      said = JSON.stringify(view);
      notice(view);
    }
  } finally {
    region?.stop();
    // What was seen last stays.
    if (region) printText(...rendered());
  }
}

function print(what: StatusView | Piece[], json: boolean): void {
  if (json) printResult<"status">(what as StatusView);
  else printText(...(what as Piece[]), "\n");
}
