import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeRecord, defined, recordSize } from "@hpcnb/core";
import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { asciiJson, jobScript } from "../src/launch/job-script.js";
import type { JobParameters } from "../src/launch/parameters.js";
import { makeContext, planAll } from "./helpers/session.js";

const nasty = "a'b\"c\\d\\' $HOME `x` \n\r\t ä€😀 \u2028 %s {}";

const parameters: JobParameters = {
  run: "abcde12345",
  directory: "/home/ada",
  readiness: { strategy: "content", seconds: 20 },
  reservedExitCodes: [],
};

function script(changes: Partial<Parameters<typeof jobScript>[0]> = {}): string {
  return jobScript({
    title: "a job",
    environment: {},
    directory: "/home/ada",
    program: "engine",
    parameters: { ...parameters, nasty } as JobParameters,
    ...changes,
  });
}

/** Python without single quotes, which is text of the shell here. */
const tellWhatItIsGiven = "import json, sys; print(json.dumps([parameters, sys.argv]))";

/** The script with another program, which prints what it is given. */
function runCall(text: string, env: NodeJS.ProcessEnv = {}, { code = tellWhatItIsGiven, warning = /^$/ } = {}): string {
  const call = text.replace("    engine.run(parameters)", `    ${code}`);
  const result = spawnSync("bash", ["--norc", "-c", call], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...env },
  });
  expect(result.stderr).to.match(warning);
  return result.stdout;
}

describe("jobScript", () => {
  it("gives the program its parameters unharmed, whatever is in them", () => {
    expect(JSON.parse(runCall(script()))[0]).to.deep.equal({ ...parameters, nasty });
  });

  it("ends with no exit code that the scheduler has reserved, in its shell or in its program", () => {
    const { jobs } = planAll(
      makeContext({
        session: makeSession({ notebook: { environment: { setup: '[ -z "$EARLY" ] || exit 85' } } }),
        scheduler: { runsOnHost: false, taskVariable: "TASK", reservedExitCodes: [85] },
      }),
    );
    const code = "import hpcnb_launch.job; hpcnb_launch.job.run(parameters, [], lambda: sys.exit(85))";
    for (const { spec } of jobs) {
      for (const env of [{ EARLY: "1" }, {}]) {
        const call = spec.script.replace(/^ {4}\w+\.run\(parameters\)$/m, `    ${code}`);
        const { status } = spawnSync("bash", ["--norc", "-c", call], { env: { PATH: process.env.PATH, ...env } });
        expect(status, spec.name).to.equal(1);
      }
    }
  });

  it("hands on the number of the task", () => {
    const text = script({ taskVariable: "SGE_TASK_ID" });
    expect(JSON.parse(runCall(text, { SGE_TASK_ID: "17" }))[1]).to.deep.equal(["-c", "hpcnb-engine", "17"]);
    expect(JSON.parse(runCall(text))[1]).to.deep.equal(["-c", "hpcnb-engine", ""]);
  });

  it("is for bash, and says in its header what it is", () => {
    const lines = script({ title: "two\nlines" }).split("\n");
    expect(lines.slice(0, 2)).to.deep.equal(["#!/usr/bin/env bash", "# two lines"]);
  });

  it("needs no disk: bash before 5.1 writes here-documents to one, and 5.0 is what it is told to be like", () => {
    const text = script({ environment: { setup: "TMPDIR=/no/such/directory" } });
    expect(JSON.parse(runCall(`BASH_COMPAT=5.0\n${text}`))[0]).to.deep.equal({ ...parameters, nasty });
    expect(text).to.not.match(/<</);
  });

  it("fits into one variable, which Linux lets have 128 KB", () => {
    for (const spec of planAll(makeContext({ session: makeSession({ cluster: makeCluster(1) }) })).jobs)
      expect(spec.spec.script.length).to.be.lessThan(110_000);
  });

  it("runs with a small stack, which leaves little room for variables", () => {
    const text = script({ environment: { setup: "ulimit -s 256" } });
    expect(JSON.parse(runCall(text))[0]).to.deep.equal({ ...parameters, nasty });
  });

  it("is not ended by a warning while the environment is set up, nor are its programs", () => {
    const names = ["USR1", "USR2", "XCPU", "HUP", "TSTP", "TTIN", "TTOU"];
    const setup = names.map((name) => `kill -${name} $$\nsh -c 'kill -${name} $$'`).join("\n");
    expect(JSON.parse(runCall(script({ environment: { setup } })))[0]).to.deep.equal({ ...parameters, nasty });
  });

  it("imports nothing from the directory it runs in", () => {
    const modules = ["json", "os", "sitecustomize", "usercustomize", "encodings"].map(
      (name) => `echo 'raise SystemExit(7)' > ${name}.py`,
    );
    for (const path of ["", ":/elsewhere", ".", ".:lib"]) {
      const setup = `cd $(mktemp -d) && mkdir lib && ${modules.join(" && ")}\nexport PYTHONPATH=${path}`;
      expect(JSON.parse(runCall(script({ environment: { setup } })))[0], path).to.deep.equal({ ...parameters, nasty });
    }
  });

  it("says in its log and in its record that its Python is too old", () => {
    const records = mkdtempSync(join(tmpdir(), "hpcnb-old-"));
    const refused = (program: "notebook" | "controller" | "engine") => {
      const record = join(records, `${program}.record`);
      const text = script({
        program,
        parameters: { ...parameters, ...defined({ record: program === "engine" ? undefined : record }) },
      });
      return spawnSync("bash", ["--norc", "-c", text.replace("OLDEST = (3, 9)", "OLDEST = (99, 0)")], {
        encoding: "utf8",
      });
    };
    for (const name of ["notebook", "controller"] as const) {
      writeFileSync(join(records, `${name}.record`), " ".repeat(recordSize));
      const { status, stderr } = refused(name);
      expect(status).to.equal(1);
      expect(stderr).to.match(/^hpcnb: \/\S+ on \S+ is Python 3\.\d+\.\d+, and 99\.0 or newer is needed\. Name an/);
      const record = decodeRecord(readFileSync(join(records, `${name}.record`), "latin1"), "abcde12345");
      expect(record).to.include({
        state: "failed",
        hint: "Name an environment with a newer Python under notebook.environment.",
      });
      expect(record?.problem).to.match(/is Python 3/);
    }
    expect(refused("engine").stderr).to.match(/^hpcnb: [^\n]* under notebook\.environment\.\n$/);
    rmSync(records, { recursive: true });
  });

  it("gives what it starts the variables as they were", () => {
    const code =
      'import json, os; print(json.dumps([sorted(n for n in os.environ if n.startswith("HPCNB")), os.environ.get("PYTHONUTF8"), os.environ.get("PYTHONPATH")]))';
    const tell = (env: NodeJS.ProcessEnv) => JSON.parse(runCall(script(), env, { code }));
    expect(tell({})).to.deep.equal([[], null, null]);
    expect(tell({ PYTHONUTF8: "0" })).to.deep.equal([[], "0", null]);
    expect(tell({ PYTHONPATH: ":/a:.:/b" })).to.deep.equal([[], null, "/a:/b"]);
  });

  it("reads and writes UTF-8 in any locale", () => {
    for (const locale of ["C", "POSIX", "xx_YY", "", "en_US.ISO-8859-1"]) {
      const env = { LC_ALL: locale, PYTHONIOENCODING: "ascii", PYTHONUTF8: "0", PYTHONCOERCECLOCALE: "0" };
      const code = 'from hpcnb_launch import log; log.say("ä€")';
      const warning = /^(bash: warning: setlocale.*\n)*$/;
      expect(runCall(script(), env, { code, warning }), locale).to.equal("hpcnb: ä€\n");
    }
  });
});

describe("asciiJson", () => {
  it("is printable ASCII on one line", () => {
    expect(asciiJson({ nasty })).to.match(/^[ -~]*$/);
    expect(JSON.parse(asciiJson({ nasty }))).to.deep.equal({ nasty });
  });
});
