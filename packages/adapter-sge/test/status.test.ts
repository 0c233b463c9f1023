import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { answers, fixture } from "./example.js";

const { parseStatus } = answers;

const statusOf = (name: string) => parseStatus(makeResult({ stdout: fixture(name) }));

/** A document with these `<job_list>` contents in its first section. */
const document = (...jobs: string[]) =>
  `<?xml version='1.0'?>\n<job_info><queue_info>${jobs.map((job) => `<job_list state="running">${job}</job_list>`).join("")}</queue_info><job_info></job_info></job_info>\n`;

const listed = (text: string) => parseStatus(makeResult({ stdout: text }));

describe("qstat's answer", () => {
  const summaryOf = (name: string) =>
    statusOf(name).map(({ id, name: called, state, native, host, tasks }) => {
      const runs = tasks?.map((run) => `${run.first}-${run.last} ${run.native} ${run.host ?? ""}`.trim());
      return [`${id} ${called} ${state} ${native} ${host ?? ""}`.trim(), ...(runs ? [runs] : [])];
    });

  it("may be that there is no job", () => {
    expect(statusOf("qstat-none.xml")).to.deep.equal([]);
  });

  it("has jobs that wait, are held, run, are suspended, and are being deleted", () => {
    expect(summaryOf("qstat-waiting-held-running.xml")).to.deep.equal([
      ["21 runs running r node3"],
      ["19 waits queued qw"],
      ["20 held held hqw"],
    ]);
    expect(summaryOf("qstat-suspended.xml").slice(0, 2)).to.deep.equal([
      ["21 runs suspended s node3"],
      ["26 in-suspended-queue suspended S node2"],
    ]);
    expect(summaryOf("qstat-threshold.xml")).to.deep.equal([["27 threshold suspended T node1"]]);
    expect(summaryOf("qstat-deleted.xml")).to.deep.equal([
      ["34 transferred starting dt node3"],
      ["35 array starting t node3", ["1-1 t node3", "2-2 dt node3", "3-3 t node3"]],
      ["36 running2 running r node1"],
    ]);
    expect(summaryOf("qstat-transferred.xml")).to.deep.equal([
      ["34 transferred starting t node3"],
      ["35 array starting t node3", ["1-3 t node3"]],
    ]);
    expect(summaryOf("qstat-restarted.xml").at(-1)).to.deep.equal(["37 again queued Rq"]);
    expect(
      statusOf("qstat-restarted.xml")
        .map(({ requeued }) => requeued)
        .at(-1),
    ).to.equal(true);
  });

  it("has jobs in error among those that wait", () => {
    expect(summaryOf("qstat-errors.xml")).to.deep.include.members([
      ["22 no-output error Eqw"],
      ["25 array-error error Eqw", ["1-3 Eqw"]],
    ]);
  });

  it("has arrays whose tasks run one by one and wait together, with steps and gaps", () => {
    const [array, held] = statusOf("qstat-arrays.xml");
    expect(array?.tasks?.slice(0, 5).map(({ first, last, native }) => `${first}-${last} ${native}`)).to.deep.equal([
      ...["1-1 r", "4-4 r", "7-7 r", "10-10 qw", "13-13 qw"],
    ]);
    expect(array?.tasks).to.have.length(1334);
    expect(held?.tasks?.map(({ first, last }) => `${first}-${last}`)).to.deep.equal(["1-2", "6-7", "9-19"]);
  });

  for (const form of ["ext", "f", "f-ext-r", "F", "g-d", "g-t"]) {
    it(`means the same in the form of -${form}`, () => {
      const inOrder = (name: string) => summaryOf(name).sort();
      const plain = inOrder("qstat-plain.xml");
      expect(plain).to.deep.equal([
        ["30 small running r node1", ["1-1 r node1", "2-2 r node3", "3-6 qw"]],
        ["31 single running r node2"],
      ]);
      // -f and -F do not tell which of a parallel job's hosts is its first.
      if (/^f/i.test(form)) plain[1] = ["31 single running r node1"];
      expect(inOrder(`qstat-${form}.xml`)).to.deep.equal(plain);
    });
  }
});

describe("qstat's answer in other forms", () => {
  it("tells the start of a job in UTC, also from milliseconds or with microseconds", () => {
    expect(statusOf("qstat-milliseconds.xml")).to.deep.equal([
      { id: "11", name: "notebook", state: "running", native: "r", host: "node1", startedAt: "2014-07-11T12:00:00Z" },
    ]);
    expect(statusOf("qstat-iso-microseconds.xml")).to.deep.equal([
      { id: "12", name: "notebook", state: "running", native: "r", host: "node2", startedAt: "2024-06-28T11:59:43Z" },
    ]);
  });

  it("may have states that the manual does not have, or none", () => {
    const [strange, none] = listed(
      document(
        "<JB_job_number>1</JB_job_number><JB_name>a</JB_name><state>Xyz</state>",
        "<JB_job_number>2</JB_job_number><JB_name>b</JB_name><state></state>",
      ),
    );
    expect(strange).to.include({ state: "unknown", native: "Xyz" });
    expect(none).to.include({ state: "unknown", native: "(none)" });
  });

  it("may have elements and characters that it should not have", () => {
    const [job] = listed(
      `Welcome to <the> cluster & be careful\n${document("<JB_job_number>1</JB_job_number><JB_name>a\u001b[1m &amp; &lt;b></JB_name><state>r</state><new><state>s</state></new>".replace("<new><state>s</state></new>", "<new a='b'/>"))}`,
    );
    expect(job).to.include({ name: "a?[1m & <b>", state: "running" });
  });

  it("lists a task once and in order, and an array in the state of its liveliest task", () => {
    const task = (state: string, tasks: string, queue = "") =>
      `<JB_job_number>9</JB_job_number><JB_name>e</JB_name><state>${state}</state><queue_name>${queue}</queue_name><tasks>${tasks}</tasks>`;
    const [array] = listed(
      document(
        task("r", "10", "q@n1"),
        task("r", "9", "q@n1"),
        task("t", "2", "q@n1"),
        task("Eqw", "1,3-7:2"),
        task("hqw", "11-75000:1"),
      ),
    );
    const error = (number: number) => ({ first: number, last: number, state: "error", native: "Eqw" });
    expect(array).to.deep.equal({
      id: "9",
      name: "e",
      state: "running",
      native: "r",
      host: "n1",
      tasks: [
        error(1),
        { first: 2, last: 2, state: "starting", native: "t", host: "n1" },
        ...[3, 5, 7].map(error),
        { first: 9, last: 10, state: "running", native: "r", host: "n1" },
        { first: 11, last: 75000, state: "held", native: "hqw" },
      ],
    });
  });
});

describe("an answer that is not one", () => {
  const whole = document("<JB_job_number>1</JB_job_number><JB_name>a</JB_name><state>r</state>");

  it("is an error wherever it was cut off", () => {
    for (let length = 0; length < whole.trimEnd().length; length += 7) {
      const error = expectThrown(() => listed(whole.slice(0, length)), "HPCNB_SCHEDULER_ANSWER");
      expect(error.transient).to.equal(true);
    }
  });

  it("shows how it begins", () => {
    const error = expectThrown(() => listed("No more jobs for you today"), "HPCNB_SCHEDULER_ANSWER");
    expect(error.message).to.include("No more jobs for you today");
    expect(expectThrown(() => listed(""), "HPCNB_SCHEDULER_ANSWER").message).to.include("empty");
    expect(
      expectThrown(() => listed("<?xml version='1.0'?><comunication_error/>"), "HPCNB_SCHEDULER_ANSWER").message,
    ).to.include("comunication_error");
    expectThrown(() => listed(document("<JB_name>a</JB_name>")), "HPCNB_SCHEDULER_ANSWER");
    expectThrown(
      () => listed(document("<JB_job_number>1</JB_job_number><tasks>1-...</tasks>")),
      "HPCNB_SCHEDULER_ANSWER",
    );
  });

  it("is no answer when qstat fails", () => {
    for (const [exitCode, stderr] of [
      [1, fixture("qstat-no-qmaster.txt")],
      [1, fixture("qstat-no-root.txt")],
      [1, fixture("qstat-no-cell.txt")],
      [139, ""],
    ] as const) {
      const error = expectThrown(
        () => parseStatus(makeResult({ exitCode, stderr, stdout: whole })),
        "HPCNB_SCHEDULER_UNREACHABLE",
      );
      expect(error.transient).to.equal(true);
    }
  });
});
