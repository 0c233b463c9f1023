import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Behaviours, expectMessage } from "./fixture.js";

export const writeBehaviours: Behaviours = {
  "are written for the user alone, with their directories, and read in the order asked": async (fixture) => {
    const { other, directory } = fixture;
    const a = join(directory, "x", "y", "a\n'b' $c");
    const b = join(directory, "b");
    await other.writeFiles([
      { path: a, text: "é漢\n" },
      { path: b, text: "", mode: 0o755 },
    ]);
    assert.deepEqual(await other.readFiles([b, join(directory, "none"), a]), ["", undefined, "é漢\n"]);
    assert.equal(await modeOf(a), 0o600);
    assert.equal(await modeOf(b), 0o755);
    for (const path of ["x", "x/y"]) assert.equal(await modeOf(join(directory, path)), 0o700);
  },
  "are replaced as a whole, so that an open one keeps its old text": async ({ host, directory }) => {
    const path = join(directory, "a");
    await host.writeFiles([{ path, text: "old" }]);
    const before = await stat(path);
    await host.writeFiles([{ path, text: "new" }]);
    assert.notEqual((await stat(path)).ino, before.ino);
    assert.deepEqual(await readdir(directory), ["a"]);
  },
  "take away what a writer left that was killed, and leave another writer's file alone": async (fixture) => {
    const { host, directory } = fixture;
    const path = join(directory, "a");
    await host.writeFiles([{ path, text: "old" }]);
    const gone = spawnSync("true").pid;
    const name = (host: string, pid: number) => `a.${host}-${pid}-1.new`;
    const others = [name(hostname(), process.pid), name("elsewhere", gone), `b.${hostname()}-${gone}-1.new`];
    for (const each of [name(hostname(), gone), ...others]) await writeFile(join(directory, each), "ol");
    await host.writeFiles([{ path, text: "new" }]);
    assert.deepEqual((await readdir(directory)).sort(), ["a", ...others].sort());
  },
  "are overwritten in place where that is asked for, and the size is the same": async ({ host, directory }) => {
    const path = join(directory, "x", "record");
    const write = async (text: string) => {
      await host.writeFiles([{ path, text, inPlace: true }]);
      assert.deepEqual(await host.readFiles([path]), [text]);
      assert.equal(await modeOf(path), 0o600);
      return (await stat(path)).ino;
    };
    const made = await write("one\n");
    assert.equal(await write("two\n"), made);
    assert.notEqual(await write("longer\n"), made);
  },
  "leave nothing behind when they cannot be written": async ({ host, directory }) => {
    const path = join(directory, "a");
    await mkdir(path);
    await expectMessage(host.writeFiles([{ path, text: "x" }]), "HPCNB_COMMAND_FAILED", [path]);
    assert.deepEqual(await readdir(directory), ["a"]);
  },
};

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}
