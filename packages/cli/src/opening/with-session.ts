import { findSessionFile, parseAddress } from "@hpcnb/client";
import { isHpcnbError } from "@hpcnb/core";
import type { SessionContext } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { tell } from "../printing/print.js";
import { createProgress, type Progress } from "../report/progress.js";

export interface OpenSession {
  readonly session: Session;
  readonly context: SessionContext;
  /** Tells already that the session is looked for. */
  readonly progress: Progress;
}

export interface HowToOpen {
  /** Told before code runs that hpcnb does not bring along. */
  readonly announce?: (sentence: string) => void;
  /** For a command that starts jobs: only the session's files say what they need. */
  readonly starts?: boolean;
  /** For a command that ends or starts jobs. */
  readonly needsScheduler?: boolean;
  /**
   * What is done with the session, for a command that takes its time: it says so at once wherever
   * it is run.
   */
  readonly doing?: string;
  /** For a caller that opens several. */
  readonly progress?: Progress;
}

/**
 * Runs `work` with a session, from its file or from where it is, and everything that is needed to
 * act on it, and lets go of the host afterwards. Before anything is waited for, it is told what
 * that is.
 */
export async function withSession<T>(
  argument: string | undefined,
  work: (open: OpenSession) => Promise<T>,
  {
    announce,
    starts = false,
    needsScheduler = false,
    doing,
    progress = createProgress({ isBrief: doing === undefined }),
  }: HowToOpen = {},
): Promise<T> {
  const found = findSessionFile(argument, tell);
  const address = parseAddress(found);
  try {
    if (address) progress.begin(`${found}: ${doing ?? "looking for it"}`);
    else progress.begin(`${found}: reading it`, true);
    const { processClient } = await import("../container.js");
    const client = await processClient();
    const valid = await client.load(found, { announce, recall: !starts, needsScheduler });
    const { session } = valid;
    progress.begin(
      `${session.name}${session.host === undefined ? "" : ` on ${session.host}`}: ${doing ?? "looking for it"}`,
    );
    const context = client.open(valid);
    try {
      return await work({ session, context, progress });
    } catch (error) {
      if (isHpcnbError(error)) error.help ??= session.site?.help;
      throw error;
    } finally {
      await context.host.dispose?.();
    }
  } finally {
    progress.stop();
  }
}
