import { resolve } from "node:path";
import { isHpcnbError } from "@hpcnb/core";
import type { Session } from "@hpcnb/core/session-file";
import { type KnownSession, rememberedSession } from "./known-sessions.js";
import type { PluginLoader } from "./plugins/load-plugin.js";
import { parseAddress } from "./session-address.js";
import type { Surroundings } from "./session-at.js";
import type { ValidSession } from "./valid-session.js";

export interface HowToLoadSession {
  /** Told before code runs that hpcnb does not bring along. */
  readonly announce?: ((sentence: string) => void) | undefined;
  /**
   * For what only acts on a session that runs: where its files are wrong by now, or its site has
   * changed, the session is what it was started as.
   */
  readonly recall?: boolean;
  /** For what the scheduler is needed for, such as ending jobs. */
  readonly needsScheduler?: boolean;
}

/** A session from its file, or from where it is. */
export async function loadSession(
  fileOrAddress: string,
  {
    announce,
    recall = false,
    needsScheduler = false,
    loader,
    ...around
  }: Surroundings & HowToLoadSession & { readonly loader: PluginLoader },
): Promise<ValidSession> {
  const address = parseAddress(fileOrAddress);
  if (address)
    return (await import("./session-at.js")).loadSessionAt({ ...address, needsScheduler }, { loader, ...around });
  const { loadValidSession } = await import("./valid-session.js");
  const known = recall ? rememberedSession(resolve(fileOrAddress), around.warn) : undefined;
  if (!known) return loadValidSession(fileOrAddress, { announce, loader });
  let why: string;
  try {
    const valid = await loadValidSession(fileOrAddress, { announce, loader });
    const change = changeOf(valid.session, known);
    if (change === undefined) return valid;
    why = change;
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_BAD_SESSION_FILE")) throw error;
    why = error.message;
  }
  around.warn(`Warning: ${known.name} is taken as it was started, because its files do not describe it now:\n${why}`);
  return (await import("./session-at.js")).loadSessionAt({ ...known, known, needsScheduler }, { loader, ...around });
}

/**
 * What a site has changed of where a session runs. A change of the session file itself is for the
 * user to settle.
 */
function changeOf({ site, host, scheduler }: Session, known: KnownSession): string | undefined {
  if (!known.scheduler || (site ?? known.site) === undefined) return undefined;
  const before = describe(known.host, known.scheduler.plugin);
  const now = describe(host, scheduler.plugin);
  return before === now ? undefined : `It was started with ${before}. Now it would be ${now}.`;
}

function describe(host: string | undefined, scheduler: string): string {
  return `the scheduler ${scheduler} ${host === undefined ? "on this machine" : `on the host ${host}`}`;
}
