import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHpcnbError } from "@hpcnb/core";
import { expect } from "chai";
import { createLocalHost } from "../src/local-host.js";
import { describeAwaitedNews } from "./awaited-news.js";
import { expectFailure } from "./expect-failure.js";
import { describeInPlace } from "./in-place.js";

const host = createLocalHost();

describe("createLocalHost", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "hpcnb 'host' é "));
  });

  afterEach(() => rm(directory, { recursive: true }));

  describe("run", () => {
    it("resolves for every exit code, with what was printed, to the last byte", async () => {
      const argv = ["sh", "-c", 'printf "out\\n\\n"; printf "err\\n" >&2; exit 3'];
      expect(await host.run(argv)).to.deep.equal({
        argv,
        exitCode: 3,
        signal: undefined,
        stdout: "out\n\n",
        stderr: "err\n",
      });
    });

    it("tells an end by a signal from an exit code", async () => {
      const result = await host.run(["sh", "-c", "kill -KILL $$"]);
      expect(result).to.include({ exitCode: null, signal: "SIGKILL" });
    });

    it("hands arguments over as they are, whatever a shell would make of them", async () => {
      const words = ["$HOME", "a b", "'\"", "*", "", "\n", "é漢", "-n"];
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

    it("runs in the directory it is told", async () => {
      expect((await host.run(["pwd"], { cwd: directory })).stdout).to.equal(`${directory}\n`);
    });

    it("names a program that is not there, and where it was looked for", async () => {
      const error = await expectFailure(host.run(["hpcnb-no-such-program"]), "HPCNB_COMMAND_FAILED");
      expect(error.message).to.include("hpcnb-no-such-program").and.to.include(`PATH is ${process.env.PATH}`);
      const path = join(directory, "missing");
      expect((await expectFailure(host.run([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
    });

    it("tells a missing directory from a missing program", async () => {
      const cwd = join(directory, "missing");
      expect((await expectFailure(host.run(["true"], { cwd }), "HPCNB_COMMAND_FAILED")).message).to.include(cwd);
    });

    it("says so when a file is no program", async () => {
      const path = join(directory, "text");
      await writeFile(path, "text");
      expect((await expectFailure(host.run([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
    });

    it("ends a command that takes too long, with all that it started", async () => {
      const pids = join(directory, "pids");
      const script = 'sleep 60 & echo $! > "$1"; echo $$ >> "$1"; wait; sleep 60';
      const error = await expectFailure(host.run(["sh", "-c", script, "sh", pids], { timeout: 500 }), "HPCNB_TIMEOUT");
      expect(error.message).to.include("0.5 s");
      await allGone(pids);
    });

    it("kills a command that will not end", async () => {
      const pids = join(directory, "pids");
      const script = "trap '' TERM; echo $$ > \"$1\"; while :; do sleep 0.2; done";
      await expectFailure(host.run(["sh", "-c", script, "sh", pids], { timeout: 500 }), "HPCNB_TIMEOUT");
      await allGone(pids);
    });

    it("ends a command when it is aborted", async () => {
      const pids = join(directory, "pids");
      const controller = new AbortController();
      const run = host.run(["sh", "-c", 'echo $$ > "$1"; exec sleep 60', "sh", pids], { signal: controller.signal });
      await until(async () => (await readFile(pids, "utf8").catch(() => "")) !== "");
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
      const a = join(directory, "x", "y", "a");
      const b = join(directory, "b");
      await host.writeFiles([
        { path: a, text: "é漢\n" },
        { path: b, text: "", mode: 0o755 },
      ]);
      expect(await host.readFiles([b, join(directory, "none"), a])).to.deep.equal(["", undefined, "é漢\n"]);
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

    describeInPlace(() => ({ host, directory }));

    it("leave nothing behind when they cannot be written", async () => {
      const path = join(directory, "a");
      await mkdir(path);
      expect((await expectFailure(host.writeFiles([{ path, text: "x" }]), "HPCNB_COMMAND_FAILED")).message).to.include(
        path,
      );
      expect(await readdir(directory)).to.deep.equal(["a"]);
    });

    it("that exist but cannot be read are an error, not a missing file", async () => {
      const path = join(directory, "loop");
      await symlink(path, path);
      expect((await expectFailure(host.readFiles([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
      await expectFailure(host.readFiles([directory]), "HPCNB_COMMAND_FAILED");
    });

    it("below something that is no directory do not exist", async () => {
      await writeFile(join(directory, "a"), "");
      expect(await host.readFiles([join(directory, "a", "b")])).to.deep.equal([undefined]);
    });

    describeAwaitedNews(() => ({ host, directory }));
  });

  describe("lock", () => {
    it("is had by one at a time, and the other is told by whom", async () => {
      const path = join(directory, "state", "lock");
      const lock = await host.lock(path);
      const error = await expectFailure(host.lock(path), "HPCNB_BUSY");
      expect(error.message).to.match(new RegExp(`pid ${process.pid} on \\S+ since \\d{4}-`));
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      await lock.release();
      await lock.release();
      await (await host.lock(path)).release();
    });

    it("is given to exactly one of many who ask at once", async () => {
      const path = join(directory, "lock");
      const answers = await Promise.allSettled(Array.from({ length: 6 }, () => host.lock(path)));
      const locks = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
      for (const lock of locks) await lock.release();
      expect(locks).to.have.length(1);
    });

    it("does not outlive a process that is killed", async () => {
      const path = join(directory, "lock");
      const holder = spawnHolder(path, "setInterval(() => {}, 1000)");
      await once(holder.stdout, "data");
      await expectFailure(host.lock(path), "HPCNB_BUSY");
      holder.kill("SIGKILL");
      await until(async () => {
        try {
          await (await host.lock(path)).release();
          return true;
        } catch (error) {
          if (isHpcnbError(error, "HPCNB_BUSY")) return false;
          throw error;
        }
      });
    });

    it("does not keep a process alive that has nothing else to do", async () => {
      const holder = spawnHolder(join(directory, "lock"), "");
      expect(await once(holder, "close")).to.deep.equal([0, null]);
    });

    it("says why when the file cannot be had", async () => {
      await writeFile(join(directory, "a"), "");
      const path = join(directory, "a", "lock");
      expect((await expectFailure(host.lock(path), "HPCNB_COMMAND_FAILED")).message).to.include(path);
    });

    it("says so when it was lost", async () => {
      const path = join(directory, "lock");
      const lock = await host.lock(path);
      const pids = (await host.run(["pgrep", "-f", `pid ${process.pid} on`])).stdout.trim().split("\n");
      for (const pid of pids) process.kill(Number(pid), "SIGKILL");
      await expectFailure(lock.release(), "HPCNB_COMMAND_FAILED");
    });

    it("names the program that it needs", async () => {
      const { PATH } = process.env;
      process.env.PATH = directory;
      try {
        const error = await expectFailure(host.lock(join(directory, "lock")), "HPCNB_COMMAND_FAILED");
        expect(error.message).to.include("python3").and.to.include(directory);
      } finally {
        process.env.PATH = PATH;
      }
    });

    it("is not taken for a caller who went away", async () => {
      const path = join(directory, "lock");
      await expectFailure(host.lock(path, AbortSignal.timeout(5)), "HPCNB_ABORTED");
      await (await host.lock(path)).release();
    });
  });
});

function spawnHolder(path: string, afterwards: string) {
  const program = `
    import { createLocalHost } from "@hpcnb/tunnel";
    await createLocalHost().lock(${JSON.stringify(path)});
    console.log("held");
    ${afterwards}`;
  return spawn(process.execPath, [...process.execArgv, "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: new URL("..", import.meta.url),
  });
}

async function allGone(file: string): Promise<void> {
  const pids = (await readFile(file, "utf8")).trim().split("\n");
  expect(pids).not.to.deep.equal([""]);
  await until(async () => {
    const { stdout } = await host.run(["ps", "-o", "stat=", "-p", pids.join(",")]);
    // A zombie is over, and only its parent does not know yet.
    return stdout.split("\n").every((state) => state === "" || state.startsWith("Z"));
  });
}

async function until(fact: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error("It did not become true within 5 s.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
