import { answersOf } from "@hpcnb/core";
import { expectThrown, makeJob } from "@hpcnb/core/testing";
import { expect } from "chai";
import { slurmDialect } from "../src/index.js";
import { answered } from "./example.js";

/** What other versions say, as people have reported it: fixtures/other-versions.txt has sources. */
describe("answers of other versions of Slurm", () => {
  const slurm = answersOf(slurmDialect());
  const said = (name: string) => answered("other-versions", name);
  const submitted = (name: string) => () => slurm.parseSubmit(said(name), makeJob());

  it("may complain of jobs that are gone or going", () => {
    slurm.parseCancel(said("scancel of no job"));
    slurm.parseCancel(said("scancel of a job that ends"));
    expect(slurm.parseExplain(said("squeue of no job"), "8")).to.equal(undefined);
  });

  it("may not name a limit, or name it first", () => {
    expect(expectThrown(submitted("sbatch, a limit without its name"), "HPCNB_SUBMIT_REJECTED").transient).to.equal(
      false,
    );
    expect(expectThrown(submitted("sbatch, too many jobs"), "HPCNB_SUBMIT_REJECTED").transient).to.equal(true);
    expectThrown(submitted("sbatch, a busy slurmctld"), "HPCNB_SCHEDULER_UNREACHABLE");
  });

  it("may be of a user that the machine does not know", () => {
    const end = slurm.parseHistory(said("sacct of a job that slurmctld has forgotten"), { id: "31178", name: "vada" });
    expect(end).to.deep.equal({ reason: "it was cancelled by the user 1060117793 (CANCELLED)" });
  });
});
