import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { createLocalHost } from "../src/local/host.js";
import { readFilesThrough, writeFilesThrough } from "../src/ssh/files.js";

const host = createLocalHost();
const systemPath = "/usr/bin:/bin";

/** Each variable as somebody, or something, may have set it; `bad` is a folder of others. */
function hostile(bad: string): Record<string, string | undefined> {
  return {
    PYTHONHOME: bad,
    PYTHONPATH: bad,
    PYTHONSTARTUP: join(bad, "start"),
    PYTHONWARNINGS: "error",
    PYTHONOPTIMIZE: "2",
    PYTHONINSPECT: "1",
    PYTHONIOENCODING: "ascii",
    PYTHONUTF8: "0",
    PYTHONCOERCECLOCALE: "0",
    PYTHONUSERBASE: bad,
    LC_ALL: "xx_XX.nothing",
    LANG: "C",
    LANGUAGE: "xx",
    BASH_ENV: join(bad, "start"),
    ENV: join(bad, "start"),
    SHELLOPTS: "errexit:nounset:xtrace",
    CDPATH: bad,
    IFS: "/e",
    POSIXLY_CORRECT: "1",
    GREP_OPTIONS: "--color=always",
    "BASH_FUNC_cat%%": "() { echo a function of somebody else; }",
    LD_PRELOAD: join(bad, "missing.so"),
    LD_LIBRARY_PATH: bad,
    TMPDIR: join(bad, "gone"),
    HOME: undefined,
    USER: undefined,
    LOGNAME: undefined,
    SHELL: "/bin/false",
    TERM: "nothing",
    PATH: `.::bad:${systemPath}:`,
  };
}

describe("the programs that hpcnb runs on a host", () => {
  let directory: string;
  let saved: NodeJS.ProcessEnv;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hpcnb-hostile-"));
    saved = { ...process.env };
    // Not a shim of pyenv, which is a script of its own.
    process.env.PATH = systemPath;
    const bad = join(directory, "bad");
    mkdirSync(bad);
    for (const module of ["json", "os", "sitecustomize", "usercustomize", "socket"])
      writeFileSync(join(bad, `${module}.py`), 'raise SystemExit("a module of somebody else")\n');
    writeFileSync(join(bad, "start"), "echo noise; exit 3\n");
    writeFileSync(join(bad, "python3"), "#!/bin/sh\necho a program of somebody else; exit 3\n", { mode: 0o755 });
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
    Object.assign(process.env, saved);
    rmSync(directory, { recursive: true });
  });

  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };

  async function expectWork(): Promise<void> {
    const path = join(directory, "made", "é");
    await host.writeFiles([{ path, text: "漢\n" }]);
    await host.writeFiles([{ path, text: "字\n", inPlace: true }]);
    expect(await host.readFiles([path, join(directory, "none")])).to.deep.equal(["字\n", undefined]);
    const lock = await host.lock(join(directory, "made", "lock"));
    await expectFailure(host.lock(join(directory, "made", "lock")), "HPCNB_BUSY");
    await lock.release();
    const result = await host.run(["sh", "-c", 'cd "$1" && cat', "sh", directory], { stdin: "a\n", cwd: directory });
    expect(result).to.include({ exitCode: 0, stdout: "a\n" });
  }

  for (const name of Object.keys(hostile("/"))) {
    it(`do not mind ${name}`, async () => {
      set(name, hostile(join(directory, "bad"))[name]);
      await expectWork();
    });
  }

  it("do not mind all of it at once", async () => {
    for (const [name, value] of Object.entries(hostile(join(directory, "bad")))) set(name, value);
    await expectWork();
  });

  it("are not taken for a fault of a file when python3 is missing", async () => {
    process.env.PATH = directory;
    const reading = readFilesThrough(host.run, [join(directory, "a")]);
    const error = await expectFailure(reading, "HPCNB_UNSUPPORTED");
    expect(error.message).to.include("python3 was not found");
    expect(error.hint).to.include("needs a working python3");
  });

  it("are never those of the working directory, whatever PATH has", async () => {
    const bad = join(directory, "bad");
    symlinkSync(join(bad, "python3"), join(bad, "qstat"));
    for (const before of [".", "", "./", "bad", "../bad"]) {
      process.env.PATH = `${before}:${systemPath}`;
      expect((await host.run(["python3", "-c", "print(1)"], { cwd: bad })).stdout).to.equal("1\n");
      await expectFailure(host.run(["qstat-of-nobody"], { cwd: bad }), "HPCNB_COMMAND_FAILED");
    }
  });

  for (const [limit, end] of [
    ["-n 16", "works"],
    ["-v 200000", "works"],
    ["-s 256", "works"],
    ["-c 0", "works"],
    ["-f 0", "HPCNB_COMMAND_FAILED"],
    ["-v 4000", "HPCNB_UNSUPPORTED"],
  ] as const) {
    it(`${end === "works" ? "work" : "fail in words"} with ulimit ${limit}`, async () => {
      const limited: Host["run"] = (argv, options) =>
        host.run(["sh", "-c", `ulimit ${limit}; exec "$@"`, "sh", ...argv], options);
      const path = join(directory, "a");
      const work = async () => {
        await writeFilesThrough(limited, [{ path, text: "x" }]);
        expect(await readFilesThrough(limited, [path])).to.deep.equal(["x"]);
      };
      if (end === "works") await work();
      else await expectFailure(work(), end);
    });
  }
});
