import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { gridEngineCommand } from "../src/command.js";

/** Stands for qsub: no machine has it anywhere else. */
const program = "hpcnb-test-qsub";

const fake = `#!/bin/sh
echo "root=$SGE_ROOT locale=$LC_ALL"
for word; do echo "word=$word"; done
cat
echo complaint >&2
exit 3
`;

const chatter = "echo Welcome; echo Be careful >&2; read -r answer; LC_ALL=de_DE.UTF-8\n";

describe("a Grid Engine command", () => {
  let directory: string;
  let bin: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "hpcnb it's $HOME "));
    bin = join(directory, "bin");
    await mkdir(bin);
    await writeFile(join(bin, program), fake);
    await chmod(join(bin, program), 0o755);
  });

  afterEach(() => rm(directory, { recursive: true }));

  function run(options: { settings?: string; path?: string; root?: string }) {
    const { settings, path = "", root } = options;
    const argv = gridEngineCommand(settings === undefined ? {} : { settings }, [program, "a b", "", "$user", "it's"]);
    const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), {
      encoding: "utf8",
      input: "the script\n",
      env: { HOME: directory, PATH: `${path}:/usr/bin:/bin`, ...(root === undefined ? {} : { SGE_ROOT: root }) },
    });
    return { status, stdout, stderr };
  }

  const answered = (root: string) => ({
    status: 3,
    stdout: `root=${root} locale=C\nword=a b\nword=\nword=$user\nword=it's\nthe script\n`,
    stderr: "complaint\n",
  });

  it("is run as it is where it is known", () => {
    expect(run({ path: bin, root: "/opt/sge" })).to.deep.equal(answered("/opt/sge"));
  });

  it("is found with the login profile, whose chatter does not mix with its answer", async () => {
    const profile = `${chatter}export SGE_ROOT=/from/profile PATH="${bin.replace("$", "\\$")}:$PATH"\n`;
    await writeFile(join(directory, ".bash_profile"), profile);
    expect(run({})).to.deep.equal(answered("/from/profile"));
  });

  it("is found with the site's settings, whose chatter does not mix with its answer", async () => {
    const settings = join(directory, "settings.sh");
    await writeFile(settings, `${chatter}export SGE_ROOT=/from/settings PATH="${bin.replace("$", "\\$")}:$PATH"\n`);
    expect(run({ settings })).to.deep.equal(answered("/from/settings"));
  });

  it("is missing in a way that can be told from its own failures", () => {
    expect(run({})).to.include({ status: 127, stdout: "" });
    const unreadable = run({ settings: "/no/such/settings.sh" });
    expect(unreadable).to.include({ status: 127, stdout: "" });
    expect(unreadable.stderr).to.include("/no/such/settings.sh").and.to.include("scheduler.options.settings");
  });
});
