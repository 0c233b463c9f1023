import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knownSchedulers, lookAround, parseFindings, parseModules, schedulerOf, sshAliases } from "@hpcnb/client";
import { createLocalHost } from "@hpcnb/host";
import { expect } from "chai";
import { pythonChoices, rankPythons } from "../../src/init/pythons.js";

describe("What init looks at", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb look "));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (path: string, text = "") => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), 0o755);
  };
  const look = (directory: string) =>
    lookAround(createLocalHost(), directory, { signal: new AbortController().signal, tell: () => {} });

  it("is the folder's notebooks and environments, and what these have", async () => {
    for (const name of ["a b.ipynb", "-c.ipynb"]) file(name);
    file("data.csv");
    file(".venv/pyvenv.cfg");
    file(".venv/bin/jupyter-lab");
    file("full env/pyvenv.cfg");
    for (const name of ["jupyter-lab", "ipcontroller"]) file(`full env/bin/${name}`);
    const found = await look(folder);
    expect(found.directory).to.equal(folder);
    expect(found.notebooks).to.have.members(["a b.ipynb", "-c.ipynb"]);
    expect(found.cores).to.be.at.least(1);
    const venvs = rankPythons(found.pythons).filter(({ kind }) => kind === "venv");
    expect(venvs.slice(0, 2)).to.deep.equal([
      { kind: "venv", value: "full env", lab: true, ipyparallel: true },
      { kind: "venv", value: ".venv", lab: true, ipyparallel: false },
    ]);
    expect(pythonChoices(venvs)[1]?.hint).to.equal("has JupyterLab, no ipyparallel");
  });

  it("is no folder where there is none", async () => {
    expect((await look(join(folder, "none"))).directory).to.equal(undefined);
  });

  it("is the scheduler that the commands belong to", () => {
    const names = (...programs: string[]) => schedulerOf(programs).name;
    expect(names("sbatch", "qsub")).to.equal("slurm");
    expect(names("qsub", "qconf")).to.equal("sge");
    expect(names("qsub", "pbsnodes")).to.equal("pbs");
    expect(names("qsub")).to.equal("sge");
    expect(names("bsub")).to.equal("lsf");
    expect(names()).to.equal("local");
  });

  it("leaves a choice of every scheduler that hpcnb brings along", () => {
    expect(knownSchedulers.map(({ title }) => title)).to.deep.equal(["Grid Engine", "Slurm", "no scheduler"]);
  });

  it("is what was printed for it, among other lines", () => {
    const text =
      "Welcome!\ncores\tmany\nvenv\t\tlab\nprogram\tqsub\nvenv\t\u001b[31m\nconda\t/c\t\tipyparallel\nconda\t/c\tlab\n";
    expect(parseFindings(text)).to.deep.equal({
      directory: undefined,
      programs: ["qsub"],
      cores: 1,
      pythons: [{ kind: "conda", value: "/c", lab: false, ipyparallel: true }],
      notebooks: [],
    });
  });

  it("is modules by their names, the one with Jupyter and the newest first", () => {
    const text = "/apps/modules:\npython/\npython/3.9\npython/3.11(default)\njupyter/4.2\n---\nconda error: x\n";
    const found = parseModules(text);
    expect(rankPythons(found).map(({ value }) => value)).to.deep.equal(["jupyter/4.2", "python/3.11", "python/3.9"]);
  });

  it("is the names of ssh's configuration, of included files too", () => {
    file(
      "config",
      `Host login me "quoted"\n  HostName x\nhost=other\nHost *.site !a ?b\nInclude "${folder}/more*"\nHost github.com\n`,
    );
    file("more.conf", `Host inner -oProxyCommand=x\nInclude "${folder}/config"\n`);
    expect(sshAliases(join(folder, "config"))).to.deep.equal(["login", "me", "quoted", "other", "inner"]);
    expect(sshAliases(join(folder, "none"))).to.deep.equal([]);
  });
});
