import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { hpcnb } from "./support/cli.js";

describe("the command line", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-line-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...words: string[]) =>
    hpcnb(words, { cwd: folder, env: { XDG_STATE_HOME: join(folder, "state"), LANG: "de_DE.UTF-8" } });

  it("prints the help for no words at all, and each command's in two ways", async () => {
    const all = await run();
    expect([all.exitCode, all.stderr]).to.deep.equal([0, ""]);
    expect(all.stdout.match(/^ {2}hpcnb (up|logs|down)/gm)).to.have.length(3);
    for (const words of [["help"], ["--help"], ["-h"]]) expect(await run(...words)).to.deep.equal(all);
    expect(await run("help", "up")).to.deep.equal(await run("up", "--help"));
    expect((await run("help", "up")).stdout).to.match(/^Examples:\n {2}hpcnb up .*session\.yaml/m);
  });

  it("prints a page of the documentation, and what a code means", async () => {
    expect((await run("help", "session-file")).stdout).to.match(/^# The session file\n/);
    expect((await run("help", "hpcnb_ssh")).stdout).to.match(/^## HPCNB_SSH\n\n.*\(1\)/);
    const { exitCode, stderr } = await run("help", "sesion-file");
    expect([exitCode, stderr.split("\n")[0]]).to.deep.equal([
      2,
      'error: There is no help on "sesion-file"; did you mean session-file?',
    ]);
  });

  it("prints its version however it is asked for", async () => {
    const words = ["version", "--version", "-v", "-V"];
    const versions = await Promise.all(words.map(async (word) => (await run(word)).stdout));
    expect(new Set(versions).size).to.equal(1);
    expect(versions[0]).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it("says in English what is wrong with words, whatever the locale", async () => {
    expect((await run("status", "--jsn")).stderr).to.match(
      /^error: status has no option --jsn; did you mean --json\?\nhint: /,
    );
    expect((await run("logs", "--tail")).stderr).to.match(/^error: --tail must be|^error: Not enough arguments/);
  });

  it("knows a session by its name where a folder is called the same", async () => {
    for (const name of ["rnaseq", "work"]) mkdirSync(join(folder, name));
    const session = (name: string) => `name: ${name}\nnotebook: { directory: ${folder} }\n`;
    writeFileSync(join(folder, "rnaseq", "session.yaml"), session("folder"));
    writeFileSync(join(folder, "work", "session.yaml"), session("rnaseq"));
    expect((await run("validate", "rnaseq")).stderr).to.include("session folder");
    mkdirSync(join(folder, "state", "hpcnb", "sessions"), { recursive: true });
    const known = JSON.stringify({ name: "rnaseq", file: join(folder, "work", "session.yaml") });
    writeFileSync(join(folder, "state", "hpcnb", "sessions", "a.json"), known);
    expect((await run("validate", "rnaseq")).stderr).to.include("session rnaseq");
    expect((await run("validate", "rnasek")).stderr).to.include("did you mean rnaseq?");
    expect((await run("rnaseq")).stderr).to.include("`hpcnb up rnaseq` starts it");
  });

  describe("with --json", () => {
    const errorOf = async (...words: string[]): Promise<Record<string, unknown>> => {
      const { exitCode, stdout, stderr } = await run(...words);
      expect(stderr, "for people").to.match(/\(HPCNB_\w+\)\n$/);
      return { ...(JSON.parse(stdout) as Record<string, unknown>), exitCode };
    };

    it("prints every problem of a session file with its place", async () => {
      const file = join(folder, "my session.yaml");
      writeFileSync(file, "notebook: { directory: /nowhere, app: labs }\nresources: { memry: 4G }\n");
      const { exitCode, code, problems } = await errorOf("validate", file, "--json");
      expect([exitCode, code]).to.deep.equal([2, "HPCNB_BAD_SESSION_FILE"]);
      expect(problems).to.have.length(2);
      const [app, memory] = problems as { file: string; line: number; column: number; message: string }[];
      expect(app).to.deep.include({ file, line: 1, column: 39 });
      expect(memory).to.deep.include({ file, line: 2, column: 14 });
      expect(memory?.message).to.include("did you mean memory?");
    });

    it("prints any other error with its code, message and hint", async () => {
      for (const command of ["up", "status", "connect", "disconnect", "down", "scale", "validate", "renew-token"]) {
        const words = command === "scale" ? ["no-such", "3"] : ["no-such"];
        const error = await errorOf(command, ...words, "--json");
        expect(error, command).to.deep.include({ exitCode: 2, code: "HPCNB_NO_SESSION" });
        expect(error, command).to.have.keys("exitCode", "code", "message", "hint");
      }
      expect(await errorOf("list", "--json", "--jsn")).to.include({ exitCode: 2, code: "HPCNB_BAD_ARGUMENTS" });
      expect((await run("status", "no-such")).stdout).to.equal("");
    });
  });

  it("tells of a virtual environment that is not there, before anything is started", async () => {
    const file = join(folder, "session.yaml");
    writeFileSync(file, `notebook: { directory: ${folder}, environment: { venv: no where } }\n`);
    const { exitCode, stderr } = await run("validate");
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(
      /^session\.yaml:1:\d+ {2}notebook\.environment\.venv does not exist: .*no where; `python3 -m venv '/,
    );
  });

  it("reads a password as it was typed, without the keys that corrected it, and shows nothing of it", async () => {
    const keys: Record<string, string> = {
      "Password: ": "wrong\u0015\u001b[Asecrex\u007ft\u001b[D\r",
      "Again: ": "secret\r",
    };
    const program = fileURLToPath(new URL("../packages/cli/bin/hpcnb.js", import.meta.url));
    const child = spawn("script", ["-qec", `'${process.execPath}' '${program}' password`, "/dev/null"], {
      stdio: "pipe",
    });
    let screen = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      screen += text;
      for (const [prompt, typed] of Object.entries(keys)) {
        if (!screen.includes(prompt)) continue;
        child.stdin.write(typed);
        delete keys[prompt];
      }
    });
    const [exitCode] = await once(child, "close");
    expect(exitCode, screen).to.equal(0);
    expect(screen).to.include("argon2:$argon2id$").and.not.include("secre");
  });

  describe("completion", () => {
    const bin = () => join(folder, "bin");
    const ask = (shell: string, script: string) => {
      mkdirSync(bin(), { recursive: true });
      const program = fileURLToPath(new URL("../packages/cli/bin/hpcnb.js", import.meta.url));
      writeFileSync(join(bin(), "hpcnb"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
      const env = { ...process.env, PATH: `${bin()}:${process.env.PATH}`, XDG_STATE_HOME: join(folder, "state") };
      const { stdout, stderr } = spawnSync(shell, ["-c", script], { cwd: folder, env, encoding: "utf8" });
      expect(stderr).to.equal("");
      return stdout.split("\n").filter(Boolean);
    };
    beforeEach(() => {
      const cluster = "cluster: { groups: [{ name: cpu, engines: 2 }, { name: gpu, engines: 1 }] }";
      writeFileSync(join(folder, "session.yaml"), `notebook: { directory: . }\n${cluster}\n`);
    });
    const bash = (...words: string[]) =>
      ask(
        "bash",
        `eval "$(hpcnb completion bash)"; COMP_WORDS=(hpcnb ${words.join(" ")}); COMP_CWORD=${words.length}; _hpcnb; printf '%s\\n' "\${COMPREPLY[@]}"`,
      );

    it("in bash has commands, options, sessions, groups and engines, and runs nothing that is typed", () => {
      expect(bash("sta")).to.deep.equal(["status"]);
      expect(bash("status", "--j")).to.deep.equal(["--json"]);
      expect(bash("status", "''")).to.deep.equal(["session.yaml"]);
      expect(bash("scale", "g")).to.deep.equal(["gpu="]);
      expect(bash("logs", "engine", "''")).to.deep.equal(["1", "2", "3"]);
      expect(bash("status", "'$(touch pwned)'")).to.deep.equal([]);
      expect(readdirSync(folder)).not.to.include("pwned");
    });

    it("in fish has the same", function () {
      if (!existsSync("/usr/bin/fish")) this.skip(); // needs fish
      const fish = (line: string) => ask("fish", `hpcnb completion fish | source; complete -C '${line}'`);
      expect(fish("hpcnb sta")).to.deep.equal(["status\tShow the session: jobs, notebook, tunnel, engines"]);
      expect(fish("hpcnb scale g")).to.deep.equal(["gpu=\tthe file has 1"]);
    });

    it("in zsh is text that zsh understands", function () {
      if (!existsSync("/usr/bin/zsh")) this.skip(); // needs zsh
      expect(
        ask("zsh", 'autoload -Uz compinit; compinit -D; eval "$(hpcnb completion zsh)"; print $_comps[hpcnb]'),
      ).to.deep.equal(["_hpcnb"]);
    });
  });
});
