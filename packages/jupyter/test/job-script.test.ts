import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { jobScript, pythonLiteral } from "../src/job-script.js";

const nasty = "a'b\"c\\d\\' $HOME `x` \n\r\t ä€😀 \u2028 %s {}";

function script(changes: Partial<Parameters<typeof jobScript>[0]> = {}): string {
  return jobScript({
    title: "a job",
    environment: {},
    directory: "/home/ada",
    program: { parts: ["common.py"], run: "print" },
    parameters: { nasty },
    ...changes,
  });
}

/** The script with its Python replaced by one that prints what it is given. */
function runCall(text: string, env: NodeJS.ProcessEnv = {}): string {
  const call = text.replace(/^print\((.*)\)$/m, "print(json.dumps([$1, sys.argv]))");
  const result = spawnSync("bash", ["--norc", "-c", call], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...env },
  });
  expect(result.stderr).to.equal("");
  return result.stdout;
}

describe("jobScript", () => {
  it("gives the program its parameters unharmed, whatever is in them", () => {
    expect(JSON.parse(runCall(script()))[0]).to.deep.equal({ nasty });
  });

  it("hands on the number of the task", () => {
    const text = script({ taskVariable: "SGE_TASK_ID" });
    expect(JSON.parse(runCall(text, { SGE_TASK_ID: "17" }))[1]).to.deep.equal(["-", "hpcnb-print", "17"]);
    expect(JSON.parse(runCall(text))[1]).to.deep.equal(["-", "hpcnb-print", ""]);
  });

  it("is for bash, says in its header what it is, and is closed by its delimiter", () => {
    const lines = script({ title: "two\nlines" }).split("\n");
    expect(lines.slice(0, 2)).to.deep.equal(["#!/usr/bin/env bash", "# two lines"]);
    expect(lines.filter((line) => line === "HPCNB_PROGRAM")).to.have.length(1);
    expect(lines.slice(-2)).to.deep.equal(["HPCNB_PROGRAM", ""]);
  });

  it("imports nothing from the directory it runs in", () => {
    const text = script({ environment: { setup: "cd $(mktemp -d) && echo 'raise SystemExit(7)' > json.py" } });
    expect(JSON.parse(runCall(text))[0]).to.deep.equal({ nasty });
  });
});

describe("pythonLiteral", () => {
  it("is ASCII on one line without a quote", () => {
    expect(pythonLiteral({ nasty })).to.match(/^[ -&(-~]*$/);
  });
});
