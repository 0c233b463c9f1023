import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectFailure, hostConformance } from "@hpcnb/core/testing";
import { expect } from "chai";
import { createLocalHost } from "../src/local/host.js";

const host = createLocalHost();

const makeDirectory = () => mkdtemp(join(tmpdir(), "hpcnb 'host' é "));

hostConformance(
  { describe, it },
  {
    name: "createLocalHost",
    create: async () => {
      const directory = await makeDirectory();
      const dispose = () => rm(directory, { recursive: true });
      return { host, other: host, named: "sh", directory, holder: spawnHolder, dispose };
    },
  },
);

describe("createLocalHost", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await makeDirectory();
  });

  afterEach(() => rm(directory, { recursive: true }));

  it("names the PATH in which a program was looked for", async () => {
    const error = await expectFailure(host.run(["hpcnb-no-such-program"]), "HPCNB_COMMAND_FAILED");
    expect(error.message).to.include(`PATH is ${process.env.PATH}`);
  });

  describe("lock", () => {
    it("is given to exactly one of many who ask at once", async () => {
      const path = join(directory, "lock");
      const answers = await Promise.allSettled(Array.from({ length: 6 }, () => host.lock(path)));
      const locks = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
      for (const lock of locks) await lock.release();
      expect(locks).to.have.length(1);
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
    import { createLocalHost } from "@hpcnb/host";
    await createLocalHost().lock(${JSON.stringify(path)});
    console.log("held");
    ${afterwards}`;
  return spawn(process.execPath, [...process.execArgv, "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: new URL("..", import.meta.url),
  });
}
