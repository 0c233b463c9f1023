import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

describe("hpcnb on a file system that hangs", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-hang-"));
    mkdirSync(join(folder, ".hpcnb"), { mode: 0o700 });
    writeFileSync(join(folder, "session.yaml"), `name: a\nscheduler: local\nnotebook: { directory: ${folder} }\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const status = ({ path = process.env.PATH, under = [] as string[] } = {}) => {
    const [program, ...args] = [...under, process.execPath, ...process.execArgv, main, "status"];
    const child = spawn(String(program), [...args, join(folder, "session.yaml")], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PATH: path, XDG_STATE_HOME: join(folder, "state") },
      cwd: fileURLToPath(new URL("..", import.meta.url)),
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    return { child, said: () => said };
  };

  it("does not wait for a record that is a fifo", async () => {
    execFileSync("mkfifo", [join(folder, ".hpcnb", "session.json")]);
    const { child, said } = status();
    await once(child, "close");
    expect(said()).to.include(`${folder}/.hpcnb/session.json cannot be read: it is no regular file.`);
  });

  it("ends with the first signal in the middle of a read, though the thread that reads does not", async function () {
    if (spawnSync("strace", ["-V"]).status !== 0) this.skip();
    const looked = join(folder, "looked");
    execFileSync("mkfifo", [looked]);
    // The end of a process is told when its tracer is awake again, so the file must answer some
    // day; 130 would then be its exit code.
    const hang = ["-e", "trace=statx", "-e", "inject=statx:delay_enter=15s", "-P", join(folder, ".hpcnb/session.json")];
    const { child, said } = status({
      under: ["strace", "-D", "-f", "-qq", "--seccomp-bpf", "-e", "signal=none", "-o", looked, ...hang],
    });
    // Whoever opens a fifo for reading waits for a writer.
    await once(spawn("cat", [looked]).stdout, "data");
    child.kill("SIGINT");
    expect(await once(child, "close")).to.deep.equal([null, "SIGKILL"]);
    expect(said()).to.include("Interrupted");
  });

  describe("which a python3 stands for that neither answers nor ends", () => {
    const hanging = async () => {
      const asked = join(folder, "asked");
      writeFileSync(
        join(folder, "python3"),
        `#!/bin/sh\ntrap '' TERM\necho $$ > ${asked}\nwhile :; do sleep 1; done\n`,
        {
          mode: 0o755,
        },
      );
      execFileSync("mkfifo", [asked]);
      const { child, said } = status({ path: `${folder}:${process.env.PATH}` });
      // Whoever opens a fifo for reading waits for a writer.
      const pid = Number(await once(spawn("cat", [asked]).stdout, "data"));
      return { child, said, pid };
    };

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      it(`ends with the first ${signal}, and says so`, async () => {
        const { child, said } = await hanging();
        child.kill(signal);
        expect(await once(child, "close")).to.deep.equal([130, null]);
        expect(said()).to.include("Interrupted");
      });
    }

    it("ends at once with the second", async () => {
      const { child, pid } = await hanging();
      child.kill("SIGTERM");
      const again = setInterval(() => child.kill("SIGTERM"), 100);
      await once(child, "exit");
      clearInterval(again);
      // With the first alone it would have been killed before; what is not there cannot be killed.
      process.kill(-pid, "SIGKILL");
    });
  });
});
