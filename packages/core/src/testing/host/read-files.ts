import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectFailure } from "../expect-failure.js";
import { type Behaviours, expectMessage, type HostFixture } from "./fixture.js";

/** Longer than a test may take. */
const agesMs = 600_000;

export const readBehaviours: Behaviours = {
  "that exist but cannot be read are an error, not a missing file": async ({ host, directory }) => {
    const path = join(directory, "loop");
    await symlink(path, path);
    await expectMessage(host.readFiles([path]), "HPCNB_COMMAND_FAILED", [path]);
    await expectFailure(host.readFiles([directory]), "HPCNB_COMMAND_FAILED");
  },
  "that are no regular files, or are larger than any of hpcnb's, are refused in words, and not waited for": async ({
    host,
    directory,
  }) => {
    const fifo = join(directory, "fifo");
    execFileSync("mkfifo", [fifo]);
    const large = join(directory, "large");
    await writeFile(large, "");
    await truncate(large, 2 ** 31);
    for (const [path, problem] of [
      [fifo, "no regular file"],
      ["/dev/zero", "no regular file"],
      [large, "more than 16 MB"],
    ] as const)
      await expectMessage(host.readFiles([path]), "HPCNB_COMMAND_FAILED", [path, problem]);
    await host.writeFiles([{ path: fifo, text: "a", inPlace: true }]);
    assert.deepEqual(await host.readFiles([fifo]), ["a"]);
  },
  "below something that is no directory do not exist": async ({ host, directory }) => {
    await writeFile(join(directory, "a"), "");
    assert.deepEqual(await host.readFiles([join(directory, "a", "b")]), [undefined]);
  },
  "are read at once when they are not as they are known": async (fixture) => {
    await write(fixture, "a", "1");
    assert.deepEqual(await awaitNews(fixture, [undefined, undefined], agesMs), ["1", undefined]);
  },
  "are read as soon as one of them changes": async (fixture) => {
    await write(fixture, "a", "1");
    let isOver = false;
    const reading = awaitNews(fixture, ["1", undefined], agesMs).finally(() => {
      isOver = true;
    });
    // Looks that began later are over: it has looked, too, and found nothing new.
    for (const _ of [1, 2]) await awaitNews(fixture, [undefined, undefined], 0);
    assert.equal(isOver, false);
    await write(fixture, "b", "2");
    assert.deepEqual(await reading, ["1", "2"]);
  },
  "are read as they are when nothing changes for the time given": async (fixture) => {
    await write(fixture, "a", "1");
    const start = performance.now();
    assert.deepEqual(await awaitNews(fixture, ["1", undefined], 300), ["1", undefined]);
    assert.ok(performance.now() - start >= 299, "it did not wait for the time given");
  },
};

function awaitNews({ host, directory }: HostFixture, known: readonly (string | undefined)[], limitMs: number) {
  return host.readFiles([join(directory, "a"), join(directory, "b")], undefined, { known, limitMs });
}

function write({ host, directory }: HostFixture, name: string, text: string): Promise<void> {
  return host.writeFiles([{ path: join(directory, name), text }]);
}
