import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findSessionFile } from "../src/find-session.js";

const silent = () => {};

describe("findSessionFile", () => {
  const cwd = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-find-"));
    mkdirSync(join(folder, "rnaseq"));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(cwd);
    rmSync(folder, { recursive: true });
  });
  const problemOf = (argument: string | undefined) => {
    try {
      return `found ${findSessionFile(argument, silent)}`;
    } catch (error) {
      expect(error).to.have.property("code", "HPCNB_NO_SESSION");
      return (error as Error).message;
    }
  };

  it("takes every address for what it is, also a home directory", () => {
    for (const address of ["login:~", "alice@login:~/rnaseq", "login:/d"])
      expect(findSessionFile(address, silent)).to.equal(address);
  });

  it("says so when it knows no such name", () => {
    expect(problemOf("no-such-session")).to.match(/neither a file nor the name of a session known here\.$/);
  });

  it("takes a folder for the session.yaml in it, and says so when there is none", () => {
    expect(problemOf("rnaseq")).to.equal("There is no session.yaml in the folder rnaseq.");
    writeFileSync(join("rnaseq", "session.yaml"), "");
    for (const words of ["rnaseq", "rnaseq/", "./rnaseq"])
      expect(findSessionFile(words, silent)).to.equal(join(words, "session.yaml"));
    process.chdir("rnaseq");
    expect(findSessionFile(".", silent)).to.equal("session.yaml");
  });

  it("suggests the file that a misspelt path probably means", () => {
    writeFileSync(join("rnaseq", "session.yaml"), "");
    expect(problemOf("rnaseq/sesion.yaml")).to.equal(
      "There is no file rnaseq/sesion.yaml; did you mean rnaseq/session.yaml?",
    );
    writeFileSync("session.yaml", "");
    expect(problemOf("session.yml")).to.equal("There is no file session.yml; did you mean session.yaml?");
    expect(problemOf("sesion.yaml")).to.include("did you mean session.yaml?");
    expect(problemOf("rnasek/session.yaml")).to.equal(
      "There is no file rnasek/session.yaml: there is no folder rnasek.",
    );
    expect(problemOf("rnaseq/other.yaml")).to.equal("There is no file rnaseq/other.yaml.");
  });
});
