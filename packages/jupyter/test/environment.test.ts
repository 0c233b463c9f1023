import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PythonEnvironment } from "@hpcnb/core/session-file";
import { expect } from "chai";
import { environmentScript, notInherited, notInheritedPrefixes } from "../src/launch/environment.js";

describe("environmentScript", () => {
  let root: string;
  const python3 = execFileSync("bash", ["-c", "command -v python3"], { encoding: "utf8" }).trim();

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "hpcnb-environment-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function run(environment: PythonEnvironment, { directory = root, env = {}, after = 'echo "$python"' } = {}) {
    return bash(`${script(environment, directory)}\n${after}\n`, env);
  }

  /** With the site's files of a login shell in `root`. */
  function script(environment: PythonEnvironment, directory = root): string {
    return environmentScript(environment, directory).replaceAll("/etc/profile", `${root}/etc/profile`);
  }

  function write(path: string, text: string): void {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  // --norc: Node's pipes are sockets, so bash may believe that it was started over the network.
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
    expect(bash(`PATH=${root}\nhostname() { echo node1; }\n${script({})}\necho reached`)).to.deep.equal({
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

  it("does not let the setup text end the job with an exit code that the scheduler has reserved", () => {
    const codeOf = (code: number, reserved?: readonly number[]) =>
      bash(environmentScript({ setup: `exit ${code}` }, "/nb", reserved)).code;
    for (const code of [99, 100]) expect(codeOf(code, [99, 100])).to.equal(1);
    expect(codeOf(98, [99, 100])).to.equal(98);
    expect(codeOf(99)).to.equal(99);
  });

  it("keeps other exit codes of the setup text, and says whose they are", () => {
    const { code, stderr } = run({ setup: "exit 3" });
    expect(code).to.equal(3);
    expect(stderr).to.match(
      /^notebook\.environment\.setup ended with exit code 3 on .*; its shell text must not exit\.$/,
    );
  });

  it("blames the setup text for nothing that comes after it", () => {
    const { code, stderr } = run({ setup: "true" }, { after: "exit 3" });
    expect({ code, stderr }).to.deep.equal({ code: 3, stderr: "" });
  });

  it("is not ended by the options that the setup text sets, nor by those of the shell around it", () => {
    expect(run({ setup: "set -euo pipefail" }).stdout).to.equal(python3);
    expect(run({}, { env: { SHELLOPTS: "errexit:nounset" } }).stdout).to.equal(python3);
  });

  describe("variables of the shell around it", () => {
    const names = [...notInherited, ...notInheritedPrefixes.map((prefix) => `${prefix}ANY`)];
    const shown = (env: NodeJS.ProcessEnv, environment: PythonEnvironment = {}) =>
      run(environment, { env, after: names.map((name) => `echo "\${${name}-}"`).join("; ") }).stdout;

    it("that break a Python or a server are gone", () => {
      expect(shown(Object.fromEntries(names.map((name) => [name, "/x"])))).to.equal("");
    });

    it("stay as the setup text sets them", () => {
      const setup = names.map((name) => `export ${name}=mine`).join("\n");
      expect(shown({}, { setup }).split("\n")).to.deep.equal(names.map(() => "mine"));
    });
  });

  it("leaves the directory in which files would shadow Python's own, and keeps a relative path true", () => {
    executable(join(root, "env/bin/python3"), "");
    const setup = `cd ${root}\nPATH=env/bin:$PATH`;
    expect(run({ setup }, { after: 'echo "$python $PWD"' }).stdout).to.equal(`${root}/env/bin/python3 /`);
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
      expect(bash(`${init}\n${script({ modules: ["python"] })}`).stdout).to.equal("load <python>");
      expect(bash(`MODULEPATH=/sw\n${init}\n${script({ modules: ["python"] })}`).stdout).to.equal("load <python>");
    });

    it("names the one that cannot be loaded", () => {
      mkdirSync(join(root, "init"));
      writeFileSync(join(root, "init/bash"), init);
      const { code, stderr } = run({ modules: ["missing", "never"] }, { env: { MODULESHOME: root } });
      expect(code).to.equal(1);
      expect(stderr).to.match(/^hpcnb: The module missing could not be loaded on /);
    });

    for (const name of ["modules.sh", "lmod.sh", "z00_lmod.sh", "zz-site-modules.sh", "Modules.sh"]) {
      it(`reads the site's ${name}, in a shell that is no login shell`, () => {
        write(`etc/profile.d/00-modulepath.sh`, "MODULEPATH=/sw/modules");
        write(`etc/profile.d/${name}`, init);
        write("etc/profile.d/clear.sh", "exit 1");
        expect(run({ modules: ["python"] }).stdout).to.equal(`load <python>\n${python3}`);
      });
    }

    it("reads the site's files where module is there and knows no module", () => {
      write("etc/profile.d/lmod.sh", `MODULEPATH=/sw/modules; ${init}`);
      const early = 'module() { echo "unknown module $2"; return 1; }';
      expect(bash(`${early}\n${script({ modules: ["python"] })}\n`).stdout).to.equal("load <python>");
    });

    it("reads the login profile where no file has a name that is known, and keeps the order of PATH", () => {
      write("etc/profile", `PATH=/nowhere; MODULEPATH=/sw; ${init}`);
      expect(run({ modules: ["python"] }).stdout).to.equal(`load <python>\n${python3}`);
    });

    it("says that a start-up file ended the shell", () => {
      write("etc/profile", "exit 5");
      expect(run({ modules: ["python"] }).stderr).to.match(
        /^a start-up file of the module command ended with exit code 5 on /,
      );
    });

    it("notices a load that fails with exit code 0", () => {
      const old = 'export LOADEDMODULES=gcc/12; module() { [ "$2" = missing ] || LOADEDMODULES=$LOADEDMODULES:$2/1; }';
      const load = (name: string) => bash(`MODULEPATH=/sw\n${old}\n${script({ modules: [name] })}\necho yes\n`);
      expect(load("missing").stderr).to.match(/^hpcnb: The module missing was not loaded on .*told no failure\.$/);
      expect(load("python").stdout).to.equal("yes");
      expect(
        bash(`MODULEPATH=/sw\n${old}\nmodule() { :; }\n${script({ modules: ["gcc"] })}\necho yes\n`).stdout,
      ).to.equal("yes");
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

    it("takes the Python of the environment, whatever PATH names first and though it was active already", () => {
      const active = `conda() { :; }; export CONDA_PREFIX=${root}/envs/jlab`;
      executable(join(root, "envs/jlab/bin/python"), "");
      executable(join(root, "other/bin/python3"), "");
      expect(run({ setup: `${active}\nPATH=${root}/other/bin:$PATH`, conda: "jlab" }).stdout).to.equal(
        `${root}/envs/jlab/bin/python`,
      );
    });

    it("says that an environment has no Python", () => {
      const { stderr } = run({ setup: `conda() { :; }; CONDA_PREFIX=${root}/envs/r`, conda: "r" });
      expect(stderr).to.match(
        /^hpcnb: The conda environment r on .* has no Python: .*\/envs\/r\/bin\/python is missing\.$/,
      );
    });

    for (const name of ["micromamba", "mamba"]) {
      it(`uses ${name} where there is no conda`, () => {
        const text = `echo '${name}() { CONDA_PREFIX=${"$HOME"}/envs/$2; }'`;
        executable(join(root, "bin", name), text);
        executable(join(root, "envs/jlab/bin/python"), "");
        expect(run({ conda: "jlab" }, { env: { PATH: `${root}/bin:/usr/bin:/bin` } }).stdout).to.equal(
          `${root}/envs/jlab/bin/python`,
        );
      });
    }

    it("is not ended by an activation that uses variables which are not set", () => {
      executable(join(root, "miniforge3/bin/conda"), `echo 'conda() { : "$NOT_SET"; PATH=$HOME/envs/$2:$PATH; }'`);
      executable(join(root, "envs/e/python3"), "");
      expect(run({ setup: "set -u", conda: "e" }).stdout).to.equal(`${root}/envs/e/python3`);
    });

    it("says so when there is no conda", () => {
      const { code, stderr } = run({ conda: "rnaseq" }, { env: { PATH: "/usr/bin:/bin" } });
      expect(code).to.equal(1);
      expect(stderr).to.match(/conda was not found on /);
    });
  });
});
