import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defined, siteCommand } from "@hpcnb/core";
import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { gridEngineDialect } from "../src/index.js";
import { answers } from "./example.js";

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
    const { site = {} } = gridEngineDialect(settings === undefined ? {} : { settings });
    const { argv } = siteCommand(site, [program, "a b", "", "$user", "it's"]);
    const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), {
      encoding: "utf8",
      input: "the script\n",
      env: { HOME: directory, PATH: `${path}:/usr/bin:/bin`, ...defined({ SGE_ROOT: root }) },
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

  const endings: Record<string, readonly [profile: string, said: string]> = {
    "ends where there is no terminal": ['echo "no terminal here" >&2; [ -z "$PS1" ] && exit', "no terminal here"],
    "ends with an error": ["exit 1", "with code 1"],
    "puts another shell in its place": ["exec sh -l", "put another in its place"],
    "puts another program in its place": ["exec cat", "put another in its place"],
  };
  for (const [what, [profile, said]] of Object.entries(endings)) {
    it(`is not taken for run where the login profile ${what}`, async () => {
      await writeFile(join(directory, ".bash_profile"), `${profile}\n`);
      const { status, stdout, stderr } = run({});
      expect({ status, stdout }).to.deep.equal({ status: 127, stdout: "" });
      expect(stderr).to.include("the login profile").and.to.include(said);
      expectThrown(() => answers.parseStatus(makeResult({ exitCode: status, stderr })), "HPCNB_SCHEDULER_UNREACHABLE");
    });
  }

  it("is found with settings in bash's own words, and what faulty ones say is told", async () => {
    const settings = join(directory, "settings.sh");
    const places = `declare -a places=("${bin.replace("$", "\\$")}"); if [[ -n $HOME ]]; then export SGE_ROOT=/bash PATH="\${places[0]}:$PATH"; fi; set -- a b`;
    await writeFile(settings, places);
    expect(run({ settings })).to.deep.equal(answered("/bash"));
    for (const [text, said] of [
      ["setenv SGE_ROOT /opt/sge\n", "setenv"],
      ["if ( $?PATH ) then\nset path = ( $path )\nendif\n", "yntax error"],
      ["echo only on Linux >&2; exit 3\n", "only on Linux"],
    ] as const) {
      await writeFile(settings, text);
      const { status, stdout, stderr } = run({ settings });
      expect({ status, stdout }, text).to.deep.equal({ status: 127, stdout: "" });
      expect(stderr, text).to.include(said).and.to.include("scheduler.options.settings");
    }
  });

  it("is missing in a way that can be told from its own failures", () => {
    expect(run({})).to.include({ status: 127, stdout: "" });
    const unreadable = run({ settings: "/no/such/settings.sh" });
    expect(unreadable).to.include({ status: 127, stdout: "" });
    expect(unreadable.stderr).to.include("/no/such/settings.sh").and.to.include("scheduler.options.settings");
  });
});
