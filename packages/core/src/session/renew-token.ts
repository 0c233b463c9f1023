import { randomBytes } from "node:crypto";
import { HpcnbError } from "../errors.js";
import { decodeRecord, encodeRecord } from "../records.js";
import type { SessionContext } from "./context.js";
import { secretsPath } from "./layout.js";
import { withLock } from "./lock.js";
import { openTracker } from "./open-session.js";
import type { Tracker } from "./tracker.js";

/** The storage of a notebook that is to take a new token may be late. */
const takeLimitMs = 60_000;
const lookEveryMs = 500;

/**
 * Gives the running notebook another token. Afterwards the old one, its login cookies and the
 * connections that were opened with it are worth nothing; what was started meanwhile, such as a
 * kernel, goes on.
 * @throws HPCNB_NO_SESSION, HPCNB_STATE_UNREADABLE, HPCNB_BUSY, or HPCNB_TIMEOUT when the notebook
 *   does not take it: the old one counts then.
 */
export async function renewToken(
  context: SessionContext,
  signal?: AbortSignal,
): Promise<{ readonly tracker: Tracker }> {
  const tracker = await openTracker(context, "look", signal);
  return withLock(tracker, signal, async () => {
    await tracker.observe();
    const { phase, record } = tracker.state;
    if (!record || !tracker.answering || phase === "ended" || phase === "failed") {
      throw new HpcnbError(
        "HPCNB_NO_SESSION",
        `${context.session.name} has no notebook that could take a token: it is ${phase}.`,
        {
          hint: "Each `hpcnb up` that starts a session makes a new token.",
        },
      );
    }
    const path = secretsPath(record.run);
    const [before] = await context.host.readFiles([path], signal);
    const secrets = decodeRecord(before, record.run.id);
    if (before === undefined || typeof secrets?.token !== "string") {
      throw new HpcnbError("HPCNB_STATE_UNREADABLE", `The notebook's token cannot be read in ${path}.`, {
        hint: "`hpcnb down` and `hpcnb up` start it again, with a new token.",
      });
    }
    const renewals = Number(secrets.renewals ?? 0) + 1;
    const write = (text: string) => context.host.writeFiles([{ path, text, inPlace: true }], signal);
    await write(encodeRecord({ ...secrets, token: randomBytes(24).toString("hex"), renewals }));
    if (await isTaken(tracker, renewals, signal)) return { tracker };
    await write(before);
    throw new HpcnbError(
      "HPCNB_TIMEOUT",
      `The notebook did not take the new token within ${takeLimitMs / 1000} s. The old one stays valid.`,
      {
        hint: "A notebook that an older hpcnb has started cannot: `hpcnb down` and `hpcnb up` give it a new token.",
        transient: true,
      },
    );
  });
}

async function isTaken(tracker: Tracker, renewals: number, signal: AbortSignal | undefined): Promise<boolean> {
  const { clock } = tracker.context;
  const deadline = clock.now() + takeLimitMs;
  while (clock.now() < deadline) {
    await tracker.readReports();
    if (tracker.answering?.renewals === renewals) return true;
    await clock.sleep(lookEveryMs, signal);
  }
  return false;
}
