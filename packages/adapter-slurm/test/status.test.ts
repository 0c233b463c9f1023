import { answersOf } from "@hpcnb/core";
import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { slurmDialect } from "../src/index.js";
import { answered } from "./example.js";

const { parseExplain, parseStatus } = answersOf(slurmDialect());

const head = "hpcnb|ARRAY_JOB_ID|ARRAY_TASK_ID|STATE|REASON|EXEC_HOST|START_TIME|NAME\n";
const listed = (...lines: string[]) => parseStatus(makeResult({ stdout: `${head}${lines.join("\n")}\n` }));

describe("squeue's answer", () => {
  it("may be that there is no job", () => {
    expect(parseStatus(answered("squeue", "none"))).to.deep.equal([]);
  });

  it("has jobs that wait, and say why, are held, hopeless, run and are suspended", () => {
    const jobs = parseStatus(answered("squeue", "many"));
    const seen = jobs.map(({ name, state, native, host, reason }) =>
      [name, state, native, host, reason].filter(Boolean).join(" "),
    );
    expect(seen).to.have.members([
      "closed queued PENDING its partition starts no jobs at the moment (PartitionDown)",
      "array running RUNNING node1",
      "begin queued PENDING its time to begin has not come; a job that starts again waits, too (BeginTime)",
      "never error PENDING the job that it depends on has not ended as it should have (DependencyNeverSatisfied)",
      "requeued queued PENDING its time to begin has not come; a job that starts again waits, too (BeginTime)",
      "waits queued PENDING it waits for the job that it depends on (Dependency)",
      "limited2 queued PENDING a limit of its account or QOS is reached (QOSMaxJobsPerUserLimit)",
      "node-gone queued PENDING nodes that it needs are down, drained or reserved (ReqNodeNotAvail, UnavailableNodes:node3)",
      "whole2 queued PENDING it is next, and waits for free resources (Resources)",
      "whole3 queued PENDING others are before it (Priority)",
      "from-zero held PENDING its user holds it: `scontrol release` lets it go (JobHeldUser)",
      "held-array held PENDING its user holds it: `scontrol release` lets it go (JobHeldUser)",
      "held held PENDING its user holds it: `scontrol release` lets it go (JobHeldUser)",
      "plain running RUNNING node1",
      "two running RUNNING node1",
      "limited1 running RUNNING node1",
      "whole1 running RUNNING node2",
      "suspended suspended SUSPENDED node1",
      "too-long queued PENDING its walltime is longer than its partition allows: it cannot start there (PartitionTimeLimit)",
    ]);
  });

  it("has arrays: tasks that wait together, and each other one by itself", () => {
    const jobs = parseStatus(answered("squeue", "many"));
    const runsOf = (name: string) =>
      jobs.find((job) => job.name === name)?.tasks?.map(({ first, last, state }) => `${first}-${last} ${state}`);
    expect(runsOf("array")).to.deep.equal(["1-2 running", "4-4 queued", "6-9 queued"]);
    expect(runsOf("held-array")).to.deep.equal(["1-1", "4-4", "8-8", "10-10", "12-12"].map((run) => `${run} held`));
    expect(runsOf("plain")).to.equal(undefined);
  });

  it("tells the start of what has begun, in UTC", () => {
    const jobs = parseStatus(answered("squeue", "many"));
    const startOf = (name: string) => jobs.find((job) => job.name === name)?.startedAt;
    expect(startOf("plain")).to.match(/^2026-11-28T20:\d\d:\d\dZ$/);
    expect(startOf("suspended")).to.equal(startOf("plain"));
    expect(startOf("whole2")).to.equal(undefined);
  });

  it("may have states, reasons and times that nobody knows", () => {
    const [strange, none, old] = listed(
      "hpcnb|1|N/A|NEW_STATE|NewReason|n/a|N/A|a",
      "hpcnb|2|N/A|||||b|c",
      "hpcnb|3|N/A|RUNNING|None|node1|2026-11-28T20:31:42|d",
    );
    expect(strange).to.deep.equal({ id: "1", name: "a", state: "unknown", native: "NEW_STATE", reason: "NewReason" });
    expect(none).to.deep.equal({ id: "2", name: "b|c", state: "unknown", native: "(none)" });
    expect(old).to.deep.equal({ id: "3", name: "d", state: "running", native: "RUNNING", host: "node1" });
  });

  it("has what is given to a node, what ends there, and what Slurm has given up", () => {
    const stateOf = (state: string, reason = "None") => listed(`hpcnb|1|N/A|${state}|${reason}|node1|1|a`)[0]?.state;
    expect(stateOf("CONFIGURING")).to.equal("starting");
    expect(stateOf("COMPLETING")).to.equal("running");
    expect(stateOf("OUT_OF_MEMORY")).to.equal("finished");
    for (const reason of [
      "launch failed requeued held",
      "JobHoldMaxRequeue",
      "InvalidQOS",
      "QOSMaxWallDurationPerJobLimit",
      "AssocMaxCpuPerJobLimit",
    ])
      expect(stateOf("PENDING", reason), reason).to.equal("error");
    for (const reason of [
      "AssocGrpCpuLimit",
      "QOSMaxJobsPerUserLimit",
      "PartitionNodeLimit",
      "BadConstraints",
      "Licenses",
      "NodeDown",
    ])
      expect(stateOf("PENDING", reason), reason).to.equal("queued");
  });

  it("tells what Slurm puts back into the queue, as far as it tells", () => {
    const isRequeued = (state: string, reason = "None") =>
      listed(`hpcnb|1|N/A|${state}|${reason}|n/a|N/A|a`)[0]?.requeued ?? false;
    expect(isRequeued("REQUEUED")).to.equal(true);
    expect(isRequeued("PENDING", "launch failed requeued held")).to.equal(true);
    expect(isRequeued("PENDING", "Priority")).to.equal(false);
  });

  it("may stand behind what a wrapper says", () => {
    const stdout = `Welcome\n${head}hpcnb|1|N/A|RUNNING|None|node1|1|a\n`;
    expect(parseStatus(makeResult({ stdout }))).to.have.length(1);
  });

  it("is an error, and says nothing of jobs, without its head, with tasks that are none, and when no answer came", () => {
    expect(expectThrown(() => parseStatus(makeResult({ stdout: "" })), "HPCNB_SCHEDULER_ANSWER").message).to.include(
      "empty",
    );
    for (const stdout of ["No jobs for you\n", "hpcnb|1|N/A|RUNNING|None|node1|1|a\n", `${head}hpcnb|x|N/A|R|||1|a\n`])
      expect(expectThrown(() => parseStatus(makeResult({ stdout })), "HPCNB_SCHEDULER_ANSWER").transient).to.equal(
        true,
      );
    expectThrown(() => listed("hpcnb|1|1-2...|PENDING|None|n/a|N/A|a"), "HPCNB_SCHEDULER_ANSWER");
    for (const name of ["no controller", "no configuration"])
      expectThrown(() => parseStatus(answered("squeue", name)), "HPCNB_SCHEDULER_UNREACHABLE");
    for (const exitCode of [null, 1, 127, 137])
      expectThrown(() => parseStatus(makeResult({ exitCode })), "HPCNB_SCHEDULER_UNREACHABLE");
  });
});

describe("why a job waits", () => {
  it("is told in words, with the time at which Slurm expects it to begin", () => {
    expect(parseExplain(answered("squeue", "why the next waits"), "7")).to.equal(
      "it is next, and waits for free resources (Resources)\nSlurm expects it to begin at 2027-11-28T20:31:42Z, or before",
    );
    expect(parseExplain(answered("squeue", "why an array waits"), "7")).to.equal(
      "as many tasks run as may run at the same time (JobArrayTaskLimit)",
    );
  });

  it("is nothing for a job that is not there, and an error when no answer comes", () => {
    expect(parseExplain(answered("squeue", "why of no job"), "7")).to.equal(undefined);
    expectThrown(() => parseExplain(answered("squeue", "no controller"), "7"), "HPCNB_SCHEDULER_UNREACHABLE");
  });
});
