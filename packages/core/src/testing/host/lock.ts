import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectFailure } from "../expect-failure.js";
import { type Behaviours, expectMessage, isLockFree, waitUntil } from "./fixture.js";

export const lockBehaviours: Behaviours = {
  "is had by one at a time, and the other is told by whom": async ({ host, other, directory }) => {
    const path = join(directory, "state", "lock");
    const lock = await other.lock(path);
    const { message } = await expectFailure(host.lock(path), "HPCNB_BUSY");
    assert.match(message, new RegExp(`pid ${process.pid} on \\S+ since \\d{4}-`));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await lock.release();
    await lock.release();
    await (await host.lock(path)).release();
  },
  "does not outlive a process that is killed": async ({ host, directory, holder }) => {
    const path = join(directory, "lock");
    const running = holder(path, "setInterval(() => {}, 1000)");
    await once(running.stdout, "data");
    await expectFailure(host.lock(path), "HPCNB_BUSY");
    running.kill("SIGKILL");
    await waitUntil(
      () => isLockFree(host, path),
      () => "the lock",
    );
  },
  "does not keep a process alive that has nothing else to do": async ({ directory, holder }) => {
    assert.deepEqual(await once(holder(join(directory, "lock"), ""), "close"), [0, null]);
  },
  "is no fifo": async ({ host, directory }) => {
    const path = join(directory, "fifo");
    execFileSync("mkfifo", [path]);
    const { message } = await expectFailure(host.lock(path), "HPCNB_COMMAND_FAILED");
    assert.equal(message, `${path} cannot be locked: it is no regular file.`);
  },
  "says why when the file cannot be had": async ({ host, directory }) => {
    await writeFile(join(directory, "a"), "");
    const path = join(directory, "a", "lock");
    await expectMessage(host.lock(path), "HPCNB_COMMAND_FAILED", [path]);
  },
};
