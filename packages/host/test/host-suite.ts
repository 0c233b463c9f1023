import { type ChildProcessByStdio, execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type Host, isHpcnbError } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { describeAwaitedNews } from "./awaited-news.js";
import { describeInPlace } from "./in-place.js";
import { until } from "./ssh/site.js";

export interface HostPlace {
  readonly host: Host;
  /** The same by another way, or the same once more. */
  readonly other: Host;
  /** What a message about a command names besides the command. */
  readonly named: string;
  /** Seen by the host and by the test; empty, with a name that a shell would take apart. */
  readonly directory: string;
  /** A process that takes the lock, says so, and does something afterwards. */
  holder(path: string, afterwards: string): ChildProcessByStdio<null, Readable, null>;
}

/** The contract of `Host`, as far as it is the same wherever the host is. */
export function describeHost(place: () => HostPlace): void {
  let host: Host;
  let other: Host;
  let directory: string;
  let named: string;
  beforeEach(() => {
    ({ host, other, directory, named } = place());
  });

  describe("run", () => {
    it("resolves for every exit code, with what was printed, to the last byte", async () => {
      const argv = ["sh", "-c", 'printf "out\\n\\n"; printf "err\\n" >&2; exit 3'];
      const expected = { argv, exitCode: 3, signal: undefined, stdout: "out\n\n", stderr: "err\n" };
      for (const each of [host, other]) expect(await each.run(argv)).to.deep.equal(expected);
      expect(await host.run(["sh", "-c", "exit 255"])).to.include({ exitCode: 255 });
    });

    it("tells an end by a signal from an exit code", async () => {
      const result = await host.run(["sh", "-c", "kill -KILL $$"]);
      expect(result).to.include({ exitCode: null, signal: "SIGKILL" });
    });

    it("hands arguments over as they are, whatever a shell would make of them", async () => {
      const words = ["$HOME", "a b", "'\"", "*", "", "\n", "a\n\nb\n", "!!", "\\n", "%s", "é漢", "-n", "~", "#"];
      const result = await host.run(["printf", "<%s>", ...words]);
      expect(result.stdout).to.equal(words.map((word) => `<${word}>`).join(""));
    });

    it("feeds standard input, and gives an empty one when there is none", async () => {
      const long = "漢é\n".repeat(300_000);
      expect((await host.run(["cat"], { stdin: long })).stdout).to.equal(long);
      expect((await host.run(["cat"])).stdout).to.equal("");
    });

    it("does not mind a program that leaves its input unread", async () => {
      expect((await host.run(["true"], { stdin: "x".repeat(5_000_000) })).exitCode).to.equal(0);
    });

    it("runs in the directory it is told, and says when that is not there", async () => {
      expect((await host.run(["pwd"], { cwd: directory })).stdout).to.equal(`${directory}\n`);
      const cwd = join(directory, "missing");
      expect((await expectFailure(host.run(["true"], { cwd }), "HPCNB_COMMAND_FAILED")).message).to.include(cwd);
    });

    it("names a program that is not there, or is none, and where it was looked for", async () => {
      const error = await expectFailure(host.run(["hpcnb-no-such-program"]), "HPCNB_COMMAND_FAILED");
      expect(error.message)
        .to.include("hpcnb-no-such-program")
        .and.to.match(/PATH is \S*\/bin/);
      const path = join(directory, "text");
      expect((await expectFailure(host.run([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
      await writeFile(path, "text");
      expect((await expectFailure(host.run([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
    });

    it("ends a command that takes too long, with all that it started", async () => {
      const pids = join(directory, "pids");
      const script = 'sleep 60 & echo $! > "$1"; echo $$ >> "$1"; wait; sleep 60';
      const error = await expectFailure(
        host.run(["sh", "-c", script, "sh", pids], { timeout: 3_000 }),
        "HPCNB_TIMEOUT",
      );
      expect(error.message).to.include("3 s").and.to.include(named);
      await allGone(pids);
    });

    it("ends a command when it is aborted, also one that will not end", async () => {
      const pids = join(directory, "pids");
      const controller = new AbortController();
      const script = "trap '' TERM; echo $$ > \"$1\"; while :; do sleep 0.2; done";
      const run = host.run(["sh", "-c", script, "sh", pids], { signal: controller.signal });
      await until(async () => (await readFile(pids, "utf8").catch(() => "")) !== "", "it runs");
      controller.abort();
      await expectFailure(run, "HPCNB_ABORTED");
      await allGone(pids);
    });

    it("starts nothing when it was aborted before", async () => {
      const path = join(directory, "made");
      await expectFailure(host.run(["touch", path], { signal: AbortSignal.abort() }), "HPCNB_ABORTED");
      expect(await host.readFiles([path])).to.deep.equal([undefined]);
    });
  });

  describe("files", () => {
    it("are written for the user alone, with their directories, and read in the order asked", async () => {
      const a = join(directory, "x", "y", "a\n'b' $c");
      const b = join(directory, "b");
      await other.writeFiles([
        { path: a, text: "é漢\n" },
        { path: b, text: "", mode: 0o755 },
      ]);
      expect(await other.readFiles([b, join(directory, "none"), a])).to.deep.equal(["", undefined, "é漢\n"]);
      expect((await stat(a)).mode & 0o777).to.equal(0o600);
      expect((await stat(b)).mode & 0o777).to.equal(0o755);
      for (const path of ["x", "x/y"]) expect((await stat(join(directory, path))).mode & 0o777).to.equal(0o700);
    });

    it("are replaced as a whole, so that an open one keeps its old text", async () => {
      const path = join(directory, "a");
      await host.writeFiles([{ path, text: "old" }]);
      const before = await stat(path);
      await host.writeFiles([{ path, text: "new" }]);
      expect((await stat(path)).ino).not.to.equal(before.ino);
      expect(await readdir(directory)).to.deep.equal(["a"]);
    });

    it("take away what a writer left that was killed, and leave another writer's file alone", async () => {
      const path = join(directory, "a");
      await host.writeFiles([{ path, text: "old" }]);
      const gone = spawnSync("true").pid;
      const name = (host: string, pid: number) => `a.${host}-${pid}-1.new`;
      const others = [name(hostname(), process.pid), name("elsewhere", gone), `b.${hostname()}-${gone}-1.new`];
      for (const each of [name(hostname(), gone), ...others]) await writeFile(join(directory, each), "ol");
      await host.writeFiles([{ path, text: "new" }]);
      expect(await readdir(directory)).to.have.members(["a", ...others]);
    });

    describeInPlace(place);

    it("leave nothing behind when they cannot be written", async () => {
      const path = join(directory, "a");
      await mkdir(path);
      const error = await expectFailure(host.writeFiles([{ path, text: "x" }]), "HPCNB_COMMAND_FAILED");
      expect(error.message).to.include(path);
      expect(await readdir(directory)).to.deep.equal(["a"]);
    });

    it("that exist but cannot be read are an error, not a missing file", async () => {
      const path = join(directory, "loop");
      await symlink(path, path);
      expect((await expectFailure(host.readFiles([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
      await expectFailure(host.readFiles([directory]), "HPCNB_COMMAND_FAILED");
    });

    it("that are no regular files, or are larger than any of hpcnb's, are refused in words, and not waited for", async () => {
      const fifo = join(directory, "fifo");
      execFileSync("mkfifo", [fifo]);
      const large = join(directory, "large");
      await writeFile(large, "");
      await truncate(large, 2 ** 31);
      for (const [path, words] of [
        [fifo, "no regular file"],
        ["/dev/zero", "no regular file"],
        [large, "more than 16 MB"],
      ] as const)
        expect((await expectFailure(host.readFiles([path]), "HPCNB_COMMAND_FAILED")).message)
          .to.include(path)
          .and.to.include(words);
      await host.writeFiles([{ path: fifo, text: "a", inPlace: true }]);
      expect(await host.readFiles([fifo])).to.deep.equal(["a"]);
    });

    it("below something that is no directory do not exist", async () => {
      await writeFile(join(directory, "a"), "");
      expect(await host.readFiles([join(directory, "a", "b")])).to.deep.equal([undefined]);
    });

    describeAwaitedNews(place);
  });

  describe("lock", () => {
    it("is had by one at a time, and the other is told by whom", async () => {
      const path = join(directory, "state", "lock");
      const lock = await other.lock(path);
      const error = await expectFailure(host.lock(path), "HPCNB_BUSY");
      expect(error.message).to.match(new RegExp(`pid ${process.pid} on \\S+ since \\d{4}-`));
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      await lock.release();
      await lock.release();
      await (await host.lock(path)).release();
    });

    it("does not outlive a process that is killed", async () => {
      const path = join(directory, "lock");
      const holder = place().holder(path, "setInterval(() => {}, 1000)");
      await once(holder.stdout, "data");
      await expectFailure(host.lock(path), "HPCNB_BUSY");
      holder.kill("SIGKILL");
      await until(() => isFree(host, path), "the lock is free");
    });

    it("does not keep a process alive that has nothing else to do", async () => {
      const holder = place().holder(join(directory, "lock"), "");
      expect(await once(holder, "close")).to.deep.equal([0, null]);
    });

    it("is no fifo", async () => {
      const path = join(directory, "fifo");
      execFileSync("mkfifo", [path]);
      const { message } = await expectFailure(host.lock(path), "HPCNB_COMMAND_FAILED");
      expect(message).to.equal(`${path} cannot be locked: it is no regular file.`);
    });

    it("says why when the file cannot be had", async () => {
      await writeFile(join(directory, "a"), "");
      const path = join(directory, "a", "lock");
      expect((await expectFailure(host.lock(path), "HPCNB_COMMAND_FAILED")).message).to.include(path);
    });
  });

  async function allGone(file: string): Promise<void> {
    const pids = (await readFile(file, "utf8")).trim().split("\n");
    expect(pids).not.to.deep.equal([""]);
    await until(async () => {
      const { stdout } = await host.run(["ps", "-o", "stat=", "-p", pids.join(",")]);
      // A zombie is over, and only its parent does not know yet.
      return stdout.split("\n").every((state) => state === "" || state.startsWith("Z"));
    }, "the processes are gone");
  }
}

export async function isFree(host: Host, path: string): Promise<boolean> {
  try {
    await (await host.lock(path)).release();
    return true;
  } catch (error) {
    if (isHpcnbError(error, "HPCNB_BUSY")) return false;
    throw error;
  }
}
