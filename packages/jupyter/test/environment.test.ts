import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PythonEnvironment } from "@hpcnb/core";
import { expect } from "chai";
import { environmentScript } from "../src/environment.js";

describe("environmentScript", () => {
  let root: string;
  const python3 = execFileSync("bash", ["-c", "command -v python3"], { encoding: "utf8" }).trim();

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "hpcnb-environment-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function run(environment: PythonEnvironment, { directory = root, env = {}, after = 'echo "$python"' } = {}) {
    return bash(`${environmentScript(environment, directory)}\n${after}\n`, env);
  }

  // --norc: Node's pipes are sockets, for which bash may believe that it was started over the network.
  function bash(script: string, env: NodeJS.ProcessEnv = {}) {
    const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: root, ...env },
    });
    return { code: status, stdout: stdout.trim(), stderr: stderr.trim() };
  }

  function executable(path: string, text: string): void {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  it("takes the python3 on PATH when nothing is said", () => {
    expect(run({})).to.deep.include({ code: 0, stdout: python3 });
  });

  it("takes python where there is no python3", () => {
    executable(join(root, "bin/python"), "");
    expect(bash(`PATH=${root}/bin\n${environmentScript({}, root)}\necho "$python"`).stdout).to.equal(
      `${root}/bin/python`,
    );
  });

  it("says so when there is no Python at all", () => {
    const script = `PATH=${root}\nhostname() { echo node1; }\n${environmentScript({}, root)}\necho reached`;
    expect(bash(script)).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: `hpcnb: There is no python3 on PATH on node1 (PATH=${root}).`,
    });
  });

  for (const name of ["plain", 'it\'s ä "$(x)" `y` \\ env']) {
    it(`finds a virtual environment in ${name}`, () => {
      executable(join(root, name, "bin/python"), "");
      const expected = `${root}/${name}/bin/python`;
      expect(run({ venv: name }).stdout).to.equal(expected);
      expect(run({ venv: join(root, name) }, { directory: "/elsewhere" }).stdout).to.equal(expected);
      expect(run({ venv: `~/${name}` }, { directory: "/elsewhere" }).stdout).to.equal(expected);
      expect(run({ venv: name }, { after: 'echo "$VIRTUAL_ENV $(echo "$PATH" | cut -d: -f1)"' }).stdout).to.equal(
        `${root}/${name} ${root}/${name}/bin`,
      );
    });
  }

  it("says where a virtual environment is missing", () => {
    const { code, stdout, stderr } = run({ venv: "no such" });
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    expect(stderr).to.match(/^hpcnb: There is no virtual environment in .*\/no such on .*bin\/python is missing\.$/);
  });

  it("runs the setup text as it is, before Python is looked for", () => {
    executable(join(root, "new/python3"), "");
    const setup = `PATH=${root}/new:$PATH\ncat <<X\n'quoted' "text"\nX`;
    expect(run({ setup }).stdout).to.equal(`'quoted' "text"\n${root}/new/python3`);
  });

  for (const code of [99, 100]) {
    it(`does not let the setup text end the job with ${code}`, () => {
      expect(run({ setup: `exit ${code}` }).code).to.equal(1);
    });
  }

  it("keeps other exit codes of the setup text", () => {
    expect(run({ setup: "exit 3" }).code).to.equal(3);
  });

  describe("modules", () => {
    const init = 'module() { echo "$1 <$2>"; [ "$2" != missing ]; }';

    it("loads them one by one, with the init file of MODULESHOME", () => {
      mkdirSync(join(root, "init"));
      writeFileSync(join(root, "init/bash"), init);
      expect(run({ modules: ["gcc/12", "a b"] }, { env: { MODULESHOME: root } }).stdout).to.equal(
        `load <gcc/12>\nload <a b>\n${python3}`,
      );
    });

    it("uses a module function that is already there", () => {
      const script = `${init}\n${environmentScript({ modules: ["python"] }, root)}`;
      expect(bash(script).stdout).to.equal("load <python>");
    });

    it("names the one that cannot be loaded", () => {
      mkdirSync(join(root, "init"));
      writeFileSync(join(root, "init/bash"), init);
      const { code, stderr } = run({ modules: ["missing", "never"] }, { env: { MODULESHOME: root } });
      expect(code).to.equal(1);
      expect(stderr).to.match(/^hpcnb: The module missing could not be loaded on /);
    });

    it("says so when there is no module command", () => {
      const { code, stderr } = run({ modules: ["python"] }, { env: { MODULESHOME: root } });
      expect(code).to.equal(1);
      expect(stderr).to.match(/^hpcnb: notebook\.environment\.modules is set, but there is no module command on /);
    });
  });

  describe("conda", () => {
    const hook = `echo 'conda() { [ "$2" != missing ] && PATH=${"$HOME"}/envs/$2:$PATH; }'`;

    it("activates an environment, also when conda is not on PATH", () => {
      executable(join(root, "miniforge3/bin/conda"), hook);
      executable(join(root, "envs/my env/python3"), "");
      expect(run({ conda: "my env" }).stdout).to.equal(`${root}/envs/my env/python3`);
    });

    it("names the environment that is not there", () => {
      executable(join(root, "bin/conda"), hook);
      const { code, stderr } = run({ conda: "missing" }, { env: { PATH: `${root}/bin:${process.env.PATH}` } });
      expect(code).to.equal(1);
      expect(stderr).to.match(/^hpcnb: The conda environment missing could not be activated on /);
    });

    it("says so when there is no conda", () => {
      const { code, stderr } = run({ conda: "rnaseq" }, { env: { PATH: "/usr/bin:/bin" } });
      expect(code).to.equal(1);
      expect(stderr).to.match(/conda was not found on /);
    });
  });
});
