import assert from "node:assert/strict";
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { systemClock } from "../../clock.js";
import { type ErrorCode, isHpcnbError } from "../../errors.js";
import type { Host } from "../../host.js";
import { expectFailure } from "../expect-failure.js";
import { createWaitUntil } from "../wait-until.js";

/** One host to try out. It must see the same files as the test does. */
export interface HostFixture {
  readonly host: Host;
  /** The same by another way, or the same once more. */
  readonly other: Host;
  /** What a message about a command names besides the command. */
  readonly named: string;
  /** Seen by the host and by the test; empty, with a name that a shell would take apart. */
  readonly directory: string;
  /**
   * A process that takes the lock on this host, prints a line then, and does something afterwards,
   * which is the text of a JavaScript statement.
   */
  holder(path: string, afterwards: string): ChildProcessByStdio<null, Readable, null>;
  /** Called after each test. */
  dispose(): Promise<void>;
}

export type Behaviours = Readonly<Record<string, (fixture: HostFixture) => Promise<void>>>;

export const waitUntil = createWaitUntil({ clock: systemClock, limitMs: 60_000, pauseMs: 20 });

/** Whether nobody holds the lock at `path`. */
export async function isLockFree(host: Host, path: string): Promise<boolean> {
  try {
    await (await host.lock(path)).release();
    return true;
  } catch (error) {
    if (isHpcnbError(error, "HPCNB_BUSY")) return false;
    throw error;
  }
}

/** Fails unless `work` fails with this code, and with a message that has all these pieces. */
export async function expectMessage(work: Promise<unknown>, code: ErrorCode, pieces: readonly string[]): Promise<void> {
  const { message } = await expectFailure(work, code);
  for (const piece of pieces) assert.ok(message.includes(piece), `"${message}" does not say "${piece}"`);
}
