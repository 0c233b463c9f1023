import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const interruption = new URL("../../src/process/interruption.ts", import.meta.url).href;

describe("interruption", () => {
  /** A program that prints a line when it is ready for signals. */
  const start = async (code: string) => {
    const program = `import { endWhenDone, endWithoutFiles, listen, signal } from ${JSON.stringify(interruption)}; ${code}`;
    const child = spawn(process.execPath, [...process.execArgv, "--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: new URL("../..", import.meta.url),
    });
    await once(child.stdout, "data");
    return child;
  };
  /** As a read does that waits for a dead file system: nothing else of the program runs. */
  const block =
    "import('node:fs').then(({ writeSync }) => { writeSync(1, 'a\\n'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });";

  for (const name of ["SIGINT", "SIGTERM"] as const) {
    it(`ends a program that reads without a pause, by the first ${name}`, async () => {
      const child = await start(block);
      child.kill(name);
      expect(await once(child, "exit")).to.deep.equal([null, name]);
    });

    it(`lets a program that listens end by itself after the first ${name}`, async () => {
      const child = await start(
        "listen(); signal.onabort = () => clearInterval(timer); const timer = setInterval(() => {}, 1000); console.log('a');",
      );
      child.kill(name);
      expect(await once(child, "exit")).to.deep.equal([0, null]);
    });

    it(`ends it at once by the second ${name}`, async () => {
      const child = await start(
        "listen(); signal.onabort = () => console.log('b'); setInterval(() => {}, 1000); console.log('a');",
      );
      child.kill(name);
      await once(child.stdout ?? child, "data");
      child.kill(name);
      expect(await once(child, "exit")).to.deep.equal([130, null]);
    });
  }

  it("does not take a promise that is never settled for success", async () => {
    const begin = "endWhenDone(); console.log('a');";
    expect(await once(await start(`${begin} new Promise(() => {}).then(endWithoutFiles);`), "exit")).to.deep.equal([
      13,
      null,
    ]);
    expect(await once(await start(`${begin} endWithoutFiles();`), "exit")).to.deep.equal([0, null]);
  });

  it("ends it also when a thread waits for a file that never answers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hpcnb-fifo-"));
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    const child = await start(`const { open } = await import("node:fs/promises");
      open(${JSON.stringify(fifo)}).catch(() => {});
      listen();
      signal.onabort = () => console.log("b");
      console.log("a");`);
    child.kill("SIGTERM");
    await once(child.stdout ?? child, "data");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).to.deep.equal([null, "SIGKILL"]);
    rmSync(folder, { recursive: true });
  });
});
