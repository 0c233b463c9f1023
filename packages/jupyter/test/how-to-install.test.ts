import { expect } from "chai";
import { howToInstall } from "../src/launch/how-to-install.js";

describe("how to install what is missing", () => {
  const wanted = { wanted: ["jupyterlab", "ipyparallel>=7"], conda: undefined, directory: "/d", host: "login" };
  const python = "/usr/bin/python3";

  it("is an environment of the notebook's own where the Python is for everything", () => {
    expect(howToInstall({ python, isOwn: false, hasPip: true }, { ...wanted, directory: "/home/a/my notes" })).to.equal(
      `Make an environment that has it on login with:
  cd '/home/a/my notes' && /usr/bin/python3 -m venv .venv && .venv/bin/python -m pip install jupyterlab 'ipyparallel>=7'
and name it in the session file, below notebook:
  environment: { venv: .venv }`,
    );
  });

  it("is pip in a virtual environment, which may have to be put there first", () => {
    const venv = { python: "/d/my venv/bin/python", isOwn: true };
    const pip = "'/d/my venv/bin/python' -m pip install jupyterlab 'ipyparallel>=7'";
    expect(howToInstall({ ...venv, hasPip: true }, wanted)).to.equal(`Install it on login with:\n  ${pip}`);
    const first = "'/d/my venv/bin/python' -m ensurepip && ";
    expect(howToInstall({ ...venv, hasPip: false }, wanted)).to.equal(`Install it on login with:\n  ${first}${pip}`);
  });

  it("is conda for a conda environment, by its name or its path", () => {
    const found = { python: "/c/bin/python", isOwn: true, hasPip: true };
    const line = (conda: string) => howToInstall(found, { ...wanted, conda, host: "this machine" }).split("\n")[1];
    expect(line("rnaseq")).to.equal("  conda install --name rnaseq --channel conda-forge jupyterlab 'ipyparallel>=7'");
    expect(line("~/my envs/x")).to.match(/^ {2}conda install --prefix '~\/my envs\/x' /);
  });
});
