import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellWord } from "@hpcnb/core";
import { expect } from "chai";
import { startFromSource } from "../../../../test/support/from-source.js";
import { type Answer, typeAtTerminal } from "../type-at-terminal.js";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const here = fileURLToPath(new URL("../..", import.meta.url));

const down = "\u001b[B";
const enter = "\r";

describe("hpcnb init", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb init "));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A PATH of just what is needed, so that the schedulers of this machine are not found. */
  const prepare = async (programs: readonly string[] = []) => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    for (const name of ["sh", "bash", "grep", "getconf", "python3", "stty"]) {
      const place = ["/usr/bin", "/bin"].find((directory) => existsSync(join(directory, name)));
      if (place) symlinkSync(join(place, name), join(bin, name));
    }
    for (const name of programs) writeFileSync(join(bin, name), "#!/bin/sh\n", { mode: 0o755 });
    // Commands are told as they were typed: not as npx, which may run the tests.
    const { npm_lifecycle_event: _, ...env } = process.env;
    return { ...env, PATH: bin, HOME: folder, XDG_STATE_HOME: join(folder, "state"), CI: "" };
  };
  const argv = (args: readonly string[]) => [process.execPath, ...process.execArgv, main, ...args];
  const run = async (args: readonly string[], programs: readonly string[] = []) =>
    startFromSource([main, ...args], { env: await prepare(programs), cwd: here }).ended;

  const atTerminal = async (args: readonly string[], answers: readonly Answer[], programs: readonly string[] = []) =>
    typeAtTerminal(argv(args), answers, { env: await prepare(programs), cwd: here });
  const file = () => join(folder, "session.yaml");

  it("writes a valid file from what it finds, with --yes, and the schema beside it", async () => {
    writeFileSync(join(folder, "a.ipynb"), "{}");
    const { exitCode, stdout, stderr } = await run(["init", folder, "--yes"]);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.equal(`${file()}\n`);
    expect(stderr).to.include(`\`hpcnb up ${shellWord(file())}\` starts it`);
    expect(readFileSync(file(), "utf8")).to.match(/scheduler: local .*\n(.*\n)*.*directory: \. .*a\.ipynb/);
    expect(JSON.parse(readFileSync(join(folder, "session.schema.json"), "utf8"))).to.have.property("title");
  });

  it("says in JSON which file it is", async () => {
    expect(JSON.parse((await run(["init", folder, "--yes", "--json"])).stdout)).to.deep.equal({ file: file() });
  });

  it("overwrites nothing, and makes no folder", async () => {
    writeFileSync(file(), "mine");
    const { exitCode, stderr } = await run(["init", folder, "--yes"]);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include("exists already, and hpcnb overwrites nothing");
    expect(readFileSync(file(), "utf8")).to.equal("mine");
    const [program = "", ...rest] = argv(["init", join(folder, "none"), "--yes"]);
    expect((await once(spawn(program, rest, { cwd: here }), "close"))[0]).to.equal(2);
    expect(existsSync(join(folder, "none"))).to.equal(false);
  });

  it("says of a scheduler without an adapter what validating says", async () => {
    const { exitCode, stderr } = await run(["init", folder, "--yes"], ["bsub"]);
    expect(exitCode).to.equal(2);
    expect(readFileSync(file(), "utf8")).to.include("scheduler: lsf");
    expect(stderr).to.include('There is no scheduler "lsf"');
  });

  it("leaves to a site what it knows", async () => {
    const sites = join(folder, ".config", "hpcnb", "sites");
    mkdirSync(sites, { recursive: true });
    writeFileSync(join(sites, "physics.yaml"), "scheduler: sge\nnotebook: { environment: { conda: base } }\n");
    const { exitCode, stderr } = await run(["init", folder, "--yes"]);
    expect(exitCode, stderr).to.equal(0);
    const lines = readFileSync(file(), "utf8").replaceAll(/ *#.*/g, "").trim().split("\n");
    expect(lines).to.deep.equal(["site: physics", "notebook: { directory: . }", "cluster: { engines: 8 }"]);
  });

  it("takes none of several sites, and tells of one that is broken", async () => {
    const sites = join(folder, ".config", "hpcnb", "sites");
    mkdirSync(sites, { recursive: true });
    for (const name of ["a", "b"]) writeFileSync(join(sites, `${name}.yaml`), "storage: { timeout: 1m }\n");
    writeFileSync(join(sites, "c.yaml"), "nonsense: 1\n");
    const { exitCode, stderr } = await run(["init", folder, "--yes"]);
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.match(/Note: the site c cannot be used: .*c\.yaml:1:1 there is no key "nonsense"/);
    expect(readFileSync(file(), "utf8")).to.match(/^site: none +# or a, b\nscheduler: local /m);
  });

  it("asks nothing where nobody can answer", async () => {
    const { exitCode, stderr } = await run(["init", folder]);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include("hpcnb init --yes");
    expect(existsSync(file())).to.equal(false);
  });

  it("asks at a terminal, and takes what is typed", async () => {
    const { exitCode, screen, left } = await atTerminal(
      ["init", folder],
      [
        ["Where do the notebook and its engines run?", enter],
        ["Engines of ipyparallel", `\u007f12${enter}`],
        ["Start it now?", `${down}${enter}`],
      ],
    );
    expect(left, screen).to.deep.equal([]);
    expect(exitCode, screen).to.equal(0);
    expect(readFileSync(file(), "utf8")).to.match(/engines: 12 /);
  });

  it("takes no time that a session file must not have", async () => {
    const { exitCode, screen, left } = await atTerminal(
      ["init", folder],
      [
        ["Where do the notebook and its engines run?", enter],
        ["Engines of ipyparallel", enter],
        ["How long the jobs may run", `\u0015400d${enter}`],
        ["At most 366d.", `\u0015366d${enter}`],
        ["Start it now?", `${down}${enter}`],
      ],
      ["sbatch"],
    );
    expect(left, screen).to.deep.equal([]);
    expect(exitCode, screen).to.equal(0);
    expect(readFileSync(file(), "utf8")).to.match(/walltime: 366d/);
  });

  it("writes nothing when a question is ended", async () => {
    const { exitCode, screen } = await atTerminal(["init", folder], [["Where do the notebook", "\u0003"]]);
    expect(exitCode, screen).to.equal(130);
    expect(existsSync(file())).to.equal(false);
  });
});
