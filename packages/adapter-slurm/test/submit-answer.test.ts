import { answersOf } from "@hpcnb/core";
import { expectThrown, makeJob, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { idLine } from "../src/answers.js";
import { slurmDialect } from "../src/index.js";
import { answered, captured } from "./example.js";

const { parseSubmit } = answersOf(slurmDialect());

const job = makeJob();
const refused = (name: string) =>
  expectThrown(() => parseSubmit(answered("sbatch", name), job), "HPCNB_SUBMIT_REJECTED");

describe("sbatch's answer", () => {
  it("is the id of a job or an array, also behind what a site's filter says", () => {
    for (const name of ["job", "array"]) expect(parseSubmit(answered("sbatch", name), job)).to.match(/^\d+$/);
    expect(parseSubmit(makeResult({ stdout: "Welcome\n2026 is a good year\n17\n" }), job)).to.equal("17");
    expect(new RegExp(idLine.source).exec("17")?.[1]).to.equal("17");
  });

  it("may be that another cluster has the job, which is then cancelled there", () => {
    const unwanted = parseSubmit(answered("sbatch", "cluster"), job);
    if (typeof unwanted === "string") throw new Error("the job was taken");
    expect(unwanted.id).to.match(/^\d+;trial$/);
    expect(unwanted.error.code).to.equal("HPCNB_SUBMIT_REJECTED");
  });

  const wrong: Record<string, readonly [words: string, hint: RegExp]> = {
    "no such partition": ["Invalid partition name specified", /sinfo.*`queue`/],
    "no such account": ["Invalid account or account/partition combination specified", /sacctmgr.*options\.account/],
    "no such qos": ["Invalid qos specification", /sacctmgr.*options\.qos/],
    "no such feature": ["Invalid feature specification", /options\.constraint/],
    "no such gpus": ["Invalid generic resource (gres) specification", /options\.gpus/],
    "too large an array": ["Invalid job array specification", /MaxArraySize/],
    "too much memory": ["Memory specification can not be satisfied", /sinfo/],
    "too many cores": ["CPU count per node can not be satisfied", /sinfo/],
    "too long for its qos": ["QOSMaxWallDurationPerJobLimit", /sinfo/],
    "unknown option": ["unrecognized option '--nosuchoption'", /Correct `resources`/],
    "wrong value": ["Invalid --mem specification", /Correct `resources`/],
    "no interpreter": ["This does not look like a batch script.", /Correct `resources`/],
  };
  for (const [name, [words, hint]] of Object.entries(wrong)) {
    it(`may be a refusal for good: ${name}`, () => {
      const error = refused(name);
      expect(error.message).to.include(words).and.not.to.include("sbatch: error");
      expect(error.hint).to.match(hint);
      expect(error.transient).to.equal(false);
    });
  }

  it("may be a refusal that clears: too many jobs", () => {
    expect(refused("too many jobs").transient).to.equal(true);
  });

  it("may be missing: then the job may have been taken", () => {
    const silent = [
      makeResult({}),
      makeResult({ exitCode: null }),
      makeResult({ exitCode: 137 }),
      makeResult({ exitCode: 127 }),
    ];
    const known = ["no controller", "no configuration"].map((name) => answered("sbatch", name));
    const timeout = "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n";
    for (const result of [...silent, ...known, makeResult({ exitCode: 1, stderr: timeout })])
      expectThrown(() => parseSubmit(result, job), "HPCNB_SCHEDULER_UNREACHABLE");
  });

  it("is tested in each case that was captured", () => {
    const cases = [...Object.keys(wrong), "job", "array", "cluster", "too many jobs", "no controller"];
    expect(captured("sbatch").map((one) => one.case)).to.have.members([...cases, "no configuration"]);
  });
});
