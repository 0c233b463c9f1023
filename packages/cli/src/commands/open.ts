import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HpcnbError, isWhole, prepared, whyNoRecord } from "@hpcnb/core";
import { pagePath } from "../client-state.js";
import { tell } from "../print.js";
import { withSession } from "../with-session.js";

export async function open(options: { session: string | undefined; signal: AbortSignal }): Promise<void> {
  await withSession(options.session, async ({ context, session }) => {
    const tracker = await prepared(context, "look", options.signal);
    await tracker.observe();
    const { connection } = tracker.state;
    if (!connection || !isWhole(connection)) {
      const unreadable = whyNoRecord(tracker.state);
      if (unreadable) throw unreadable;
      throw new HpcnbError("HPCNB_NO_SESSION", `${session.name} is not reachable from here (${tracker.state.phase}).`, {
        hint: "`hpcnb up` starts it, or connects to it; `hpcnb status` tells how its tunnel is.",
      });
    }
    const token = await tracker.readToken();
    const { default: openInBrowser } = await import("open");
    await openInBrowser(writeRedirect(session.name, context.workload.url(connection.baseUrl, session, token)));
    tell(`Opening ${context.workload.url(connection.baseUrl, session)} in your browser.`);
  });
}

/** A page that only this user can read and that leads to `url`: a browser's arguments, and so a token in them, are there for everybody to see. */
function writeRedirect(name: string, url: string): string {
  const path = pagePath(name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(
    path,
    `<!doctype html><meta http-equiv="refresh" content="0; url=${escaped(url)}"><a href="${escaped(url)}">${escaped(name)}</a>\n`,
    { mode: 0o600 },
  );
  return path;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
