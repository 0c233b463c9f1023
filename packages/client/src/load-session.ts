import { parseAddress } from "./session-address.js";
import type { Surroundings } from "./session-at.js";
import type { ValidSession } from "./valid-session.js";

/**
 * A session from its file, or from where it is. `announce` is told before code runs that hpcnb does
 * not bring along.
 */
export async function loadSession(
  place: string,
  { announce, ...around }: Surroundings & { readonly announce: ((sentence: string) => void) | undefined },
): Promise<ValidSession> {
  const address = parseAddress(place);
  return address
    ? (await import("./session-at.js")).loadSessionAt(address, around)
    : (await import("./valid-session.js")).loadValidSession(place, announce);
}
