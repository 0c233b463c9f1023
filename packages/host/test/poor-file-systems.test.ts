import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Host, HpcnbError, shellWord } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { cannotWrite } from "../src/cannot-write.js";
import { createLocalHost } from "../src/local/host.js";
import { readFilesThrough, writeFilesThrough } from "../src/ssh/files.js";
import { failing, needFailingCalls } from "./failing-call.js";

const { run } = createLocalHost();

describe("a poor file system", () => {
  let directory: string;
  before(needFailingCalls);
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hpcnb-poor-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  for (const error of ["ENOLCK", "ENOSYS", "EOPNOTSUPP", "EINVAL"]) {
    it(`that answers ${error} to a lock is locked by other means`, async () => {
      const bin = join(directory, "bin");
      await createLocalHost().writeFiles([
        {
          path: join(bin, "python3"),
          text: `#!/bin/sh\nexec ${failing("flock", error).map(shellWord).join(" ")} /usr/bin/python3 "$@"\n`,
          mode: 0o700,
        },
      ]);
      const { PATH } = process.env;
      process.env.PATH = `${bin}:${PATH}`;
      try {
        const host = createLocalHost();
        const path = join(directory, "state", "lock");
        const lock = await host.lock(path);
        const busy = await expectFailure(host.lock(path), "HPCNB_BUSY");
        expect(busy.message).to.include(`is locked by pid ${process.pid} on `);
        await lock.release();
        await (await host.lock(path)).release();
        expect(readdirSync(join(directory, "state"))).to.deep.equal(["lock"]);
      } finally {
        process.env.PATH = PATH;
      }
    });
  }

  it("that lets no mode be changed is written to when a new file is private there", async () => {
    const path = join(directory, "a");
    await writeFilesThrough(
      (argv, options) => run([...failing("fchmod", "EPERM"), ...argv], options),
      [{ path, text: "x" }],
    );
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it("that keeps no file private gets no secret, and is told why and what will do", async () => {
    const path = join(directory, "a");
    const { message, hint } = await expectFailure(
      writeFilesThrough(withOneMode(run), [{ path, text: "secret" }]),
      "HPCNB_COMMAND_FAILED",
    );
    expect(message).to.equal(`${path} cannot be written: its file system keeps no file private, whatever its mode.`);
    expect(hint).to.match(/Unix permissions.*CIFS/);
    expect(readdirSync(directory)).to.deep.equal([]);
    writeFileSync(path, "secreT");
    const inPlace = writeFilesThrough(withOneMode(run), [{ path, text: "secret", inPlace: true }]);
    await expectFailure(inPlace, "HPCNB_COMMAND_FAILED");
    await writeFilesThrough(withOneMode(run), [{ path, text: "open to all", mode: 0o755 }]);
  });

  it("that hangs is named with the file, for reading and for writing", async () => {
    const hangs: Host["run"] = async () => {
      throw new HpcnbError("HPCNB_TIMEOUT", "python3 did not end within 60 s.", { transient: true });
    };
    for (const [asking, what] of [
      [readFilesThrough(hangs, ["/nfs/a", "/nfs/b"]), "/nfs/a (with 1 more) could not be read within 60 s."],
      [writeFilesThrough(hangs, [{ path: "/nfs/a", text: "" }]), "/nfs/a could not be written within 60 s."],
    ] as const) {
      const error = await expectFailure(asking, "HPCNB_TIMEOUT");
      expect(error.message).to.equal(what);
      expect(error.hint).to.include("file system may be hanging");
      expect(error.transient).to.equal(true);
    }
  });

  it("that is full, read-only or of somebody else is told with what to do", () => {
    const hint = (why: string) => cannotWrite("/a", why).hint;
    expect(hint("No space left on device")).to.include("df -h");
    expect(hint("Disk quota exceeded")).to.include("quota -s");
    expect(hint("Read-only file system")).to.include("may write to");
    expect(hint("Permission denied")).to.include("ls -ld");
  });
});

/** As CIFS and FAT are often mounted: chmod fails, or does nothing, and everybody may read. */
function withOneMode(through: Host["run"]): Host["run"] {
  const prologue = `
import os
real = os.fstat
os.fchmod = lambda *_: None
os.fstat = lambda file: os.stat_result((0o100755,) + tuple(real(file))[1:])
`;
  return (argv, options) => through(argv.with(4, prologue + argv[4]), options);
}
