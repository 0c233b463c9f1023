import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type CliResult, hpcnb } from "./support/cli.js";

const badFiles = fileURLToPath(new URL("../packages/core/test/session-file/bad/", import.meta.url));

/**
 * What a user sees of bad input, from the built program: exit code 2, clickable places, and nothing
 * started.
 */
describe("bad input", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-test-"));
    env = { XDG_STATE_HOME: join(folder, "state"), XDG_RUNTIME_DIR: join(folder, "run"), NO_COLOR: "1" };
    mkdirSync(join(folder, "run"), { mode: 0o700 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (text: string, name = "session.yaml") => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const expectRefused = ({ exitCode, stdout, stderr }: CliResult, ...parts: (string | RegExp)[]) => {
    expect(exitCode, stderr).to.equal(2);
    expect(stdout).to.equal("");
    for (const part of parts) expect(stderr).to.match(part instanceof RegExp ? part : new RegExp(escapeText(part)));
    expect(existsSync(join(folder, "state")), "something was started").to.equal(false);
    expect(existsSync(join(folder, ".hpcnb", "session.json")), "something was started").to.equal(false);
  };

  it("is no good option of a bundled scheduler", async () => {
    for (const options of ["memoryResource: h_vmem", ""]) {
      const file = write(`scheduler: { plugin: sge, options: { ${options} } }\nnotebook: { directory: ${folder} }\n`);
      const { exitCode, stderr } = await hpcnb(["validate", file], { env });
      expect(exitCode, stderr).to.equal(0);
    }
  });

  for (const command of ["validate", "up"]) {
    it(`${command} refuses every bad file with its place`, async () => {
      const files = readdirSync(badFiles).filter((name) => name.endsWith(".yaml"));
      for (const name of files) {
        expectRefused(
          await hpcnb([command, join(badFiles, name)], { env }),
          new RegExp(`^${escapeText(join(badFiles, name))}:\\d+:\\d+ {2}\\S`),
        );
      }
    });

    it(`${command} tells about the file, its plugins and its directory all at once`, async () => {
      const file = write(
        "name: a/b\nscheduler: loca\nnotebook: { directory: ., colour: red }\nstorage: { readiness: prob }\ntunnel: { kind: jmup }\n",
      );
      const { stderr, ...rest } = await hpcnb([command, file], { env });
      expectRefused(
        { stderr, ...rest },
        ":1:7  name must",
        ':2:12  There is no scheduler "loca"; did you mean local?',
        ":3:27  notebook has no key",
        ':4:23  There is no readiness strategy "prob"; did you mean probe?',
        ':5:17  There is no tunnel "jmup"',
      );
      expect(stderr.split("\n").filter((line) => line.startsWith(file))).to.have.length(5);
    });

    it(`${command} says which schedulers there are and where it looked`, async () => {
      expectRefused(
        await hpcnb([command, write("scheduler: lsf\nnotebook: { directory: . }\n")], { env }),
        "local, mock, sge",
        "@hpcnb/adapter-lsf",
        folder,
      );
    });

    it(`${command} checks the scheduler's own options`, async () => {
      const file = write(
        "scheduler: { plugin: local, options: { slots: none, spol: /x } }\nnotebook: { directory: . }\n",
      );
      expectRefused(
        await hpcnb([command, file], { env }),
        ":1:47  scheduler.options.slots must be a whole number",
        ':1:53  scheduler.options has no key "spol"; did you mean spool?',
      );
    });

    it(`${command} names a directory that is missing, or is none`, async () => {
      expectRefused(
        await hpcnb([command, write("notebook: { directory: gone }\n")], { env }),
        ":1:24  notebook.directory does not exist",
        join(folder, "gone"),
      );
      write("", "file");
      expectRefused(await hpcnb([command, write("notebook: { directory: file }\n")], { env }), "is not a directory");
    });
  }

  it("up refuses a directory that cannot be written to", async () => {
    // Not even root can make a directory in /proc.
    expectRefused(
      await hpcnb(["up", write("notebook: { directory: /proc }\n")], { env }),
      "/proc on this machine cannot be written to",
    );
  });

  it("up says which Python lacks Jupyter, and how to install it", async () => {
    execFileSync("python3", ["-m", "venv", "--without-pip", join(folder, "empty")]);
    const file = write("notebook: { directory: ., environment: { venv: empty } }\ncluster: { engines: 2 }\n");
    expectRefused(
      await hpcnb(["up", file], { env }),
      join(folder, "empty/bin/python"),
      /jupyterlab/i,
      "ipyparallel",
      /pip install/,
    );
  });

  it("up says that a virtual environment is not there", async () => {
    expectRefused(
      await hpcnb(["up", write("notebook: { directory: ., environment: { venv: nowhere } }\n")], { env }),
      "nowhere",
    );
  });

  it("an unknown command, an unknown option and a bad time are refused with a suggestion", async () => {
    expectRefused(await hpcnb(["statsu"], { env }), "did you mean status?");
    expectRefused(await hpcnb(["up", "--jsno"], { env }), "up has no option --jsno; did you mean --json?");
    expectRefused(
      await hpcnb(["up", "--timeout", "soon"], { env }),
      '--timeout must be a time such as 90s, 10m or 1:30:00, but was "soon"',
    );
  });

  it("a session that is neither a file nor known is refused", async () => {
    expectRefused(
      await hpcnb(["status", "nothing"], { env, cwd: folder }),
      '"nothing" is neither a file nor the name of a session known here',
    );
    expectRefused(await hpcnb(["up"], { env, cwd: folder }), "There is no session.yaml in this folder");
  });

  it("names with spaces, quotes and characters of other scripts are no bad input", async () => {
    const directory = join(folder, 'Zoë\'s "data" 数据');
    mkdirSync(directory);
    writeFileSync(join(directory, "my session.yaml"), "notebook: { directory: . }\n");
    const { exitCode, stderr } = await hpcnb(["validate", join(directory, "my session.yaml")], { env });
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.include(basename(directory));
  });
});

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
