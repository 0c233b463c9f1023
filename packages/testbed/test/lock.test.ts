import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { waitFor } from "../src/run.js";
import { withLock } from "../src/state.js";

describe("a lock of the testbed", () => {
  if (process.platform !== "linux") return;
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "hpcnb-lock-"));
    path = join(directory, "lock");
  });

  afterEach(() => rm(directory, { recursive: true }));

  it("refuses a second holder, and can be had again afterwards", async () => {
    await withLock(path, async () => {
      const second = await withLock(path, async () => "held").catch((error) => error.code);
      expect(second).to.equal("HPCNB_BUSY");
    });
    expect(await withLock(path, async () => "held")).to.equal("held");
  });

  it("waits for another holder if it may", async () => {
    let isDone = false;
    let waiting: Promise<boolean> | undefined;
    await withLock(path, async () => {
      waiting = withLock(path, async () => isDone, 5000);
      await waitFor("the second one", 60_000, async () => isWaitedFor(path));
      isDone = true;
    });
    expect(await waiting).to.equal(true);
  });

  it("is not had by who waited for a file that its holder has removed", async () => {
    let waiting: Promise<string> | undefined;
    await withLock(path, async () => {
      waiting = withLock(path, async () => "held", 5000).catch((error) => error.code);
      await waitFor("the second one", 60_000, async () => isWaitedFor(path));
      await rm(path);
    });
    expect(await waiting).to.equal("HPCNB_BUSY");
    expect(await withLock(path, async () => "held")).to.equal("held");
  });
});

/** True when a process has opened the file and waits for the lock. */
function isWaitedFor(path: string): boolean {
  return readdirSync("/proc").some((pid) => {
    try {
      const isFlock = readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("flock\0");
      return isFlock && readlinkSync(`/proc/${pid}/fd/9`) === path;
    } catch {
      return false; // no process, or it ended while it was looked at
    }
  });
}
