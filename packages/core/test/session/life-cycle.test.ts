import type { Endpoint, JobStatus } from "@hpcnb/core";
import { defined } from "@hpcnb/core";
import {
  advance,
  type EngineReport,
  type EngineReports,
  initialState,
  type Reports,
  type Role,
  type SessionEvent,
  type SessionRecord,
  type SessionState,
  troubledEngines,
} from "@hpcnb/core/session";
import { makeRecord } from "@hpcnb/core/testing";
import { expect } from "chai";

const wanted = { cluster: { minimum: 2 }, connection: true };
const endpoint: Endpoint = { kind: "socket", host: "node1", path: "/tmp/hpcnb-x/nb.sock" };
const waiting: Reports = {
  notebook: { state: "waiting" },
  controller: { state: "waiting" },
  engines: new Map(),
};
const answering: Reports = {
  ...waiting,
  notebook: { state: "answering", host: "node1", storageSeconds: 0, endpoint, server: "JupyterLab 4" },
};

function recordWith(ids: Partial<Record<Role, string>>): SessionRecord {
  return makeRecord({
    cluster: { generation: 1, inNotebook: false, wanted: { engines: 4 } },
    jobs: (["notebook", "controller", "engines"] as const).map((role) => ({
      role,
      name: `s-${role}`,
      ...defined({ id: ids[role], array: role === "engines" ? { group: "engines", first: 1, last: 4 } : undefined }),
    })),
  });
}

const submitted: SessionEvent = {
  type: "record-read",
  record: recordWith({ notebook: "1", controller: "2", engines: "3" }),
};

const nameOf: Readonly<Record<string, string>> = { 1: "s-notebook", 2: "s-controller", 3: "s-engines" };

function listed(...jobs: (Partial<JobStatus> & Pick<JobStatus, "id" | "state">)[]): SessionEvent {
  return { type: "jobs-listed", jobs: jobs.map((job) => ({ name: nameOf[job.id] ?? "", native: job.state, ...job })) };
}

const allRunning = listed(
  { id: "1", state: "running" },
  { id: "2", state: "running" },
  { id: "3", state: "running", tasks: [{ first: 1, last: 4, state: "running", native: "r" }] },
);
/** All but one. */
const without = (id: string): SessionEvent => {
  const { jobs } = allRunning as Extract<SessionEvent, { type: "jobs-listed" }>;
  return { type: "jobs-listed", jobs: jobs.filter((job) => job.id !== id) };
};
const opened: SessionEvent = {
  type: "tunnel-opened",
  connection: { kind: "direct", baseUrl: "http://127.0.0.1:8888" },
};
const heard = (word: EngineReport, numbers: readonly number[]): EngineReports =>
  new Map(numbers.map((number) => [number, word]));
const registered = (...tasks: number[]): SessionEvent => ({
  type: "reports-read",
  reports: { ...answering, controller: { state: "answering", host: "node2" }, engines: heard("registered", tasks) },
});

function after(...events: SessionEvent[]): SessionState {
  return events.reduce((state, event) => advance(state, event, wanted), initialState);
}

describe("life cycle", () => {
  it("goes through its phases in order", () => {
    const phases: string[] = [initialState.phase];
    let state = initialState;
    for (const event of [
      { type: "record-read", record: recordWith({}) } as const,
      submitted,
      listed({ id: "1", state: "queued" }, { id: "2", state: "queued" }, { id: "3", state: "queued" }),
      allRunning,
      { type: "reports-read", reports: answering } as const,
      opened,
      registered(1, 3),
      { type: "stop-requested" } as const,
    ]) {
      state = advance(state, event, wanted);
      phases.push(state.phase);
    }
    expect(phases).to.deep.equal([
      "absent",
      "submitting",
      "queued",
      "queued",
      "starting",
      "connecting",
      "gathering",
      "up",
      "stopping",
    ]);
  });

  it("learns nothing of the session when the scheduler gives no answer, and says so", () => {
    const before = after(submitted, allRunning, allRunning, registered(1, 2, 3, 4), opened);
    let state = before;
    for (let i = 0; i < 50; i += 1)
      state = advance(state, { type: "question-failed", error: new Error("no answer") }, wanted);
    expect(state).to.deep.equal({ ...before, trouble: "no answer" });
    expect(advance(state, allRunning, wanted)).to.deep.equal(before);
  });

  it("does not believe a single answer that a job is gone", () => {
    const state = after(submitted, allRunning, registered(1, 2, 3, 4), opened, listed());
    expect(state.phase).to.equal("up");
    expect(advance(state, listed(), wanted).phase).to.equal("failed");
  });

  it("starts to count absences again when a job is listed after all", () => {
    const state = after(submitted, listed(), allRunning, listed(), registered(1, 2, 3, 4), opened);
    expect(state.phase).to.equal("up");
  });

  it("believes the scheduler's history of a job that one answer does not list, and tells its reason", () => {
    const state = after(submitted, allRunning, without("1"), {
      type: "history-read",
      name: "s-notebook",
      history: { reason: "walltime" },
    });
    expect(state.phase).to.equal("failed");
    expect(state.loss).to.deep.equal({ role: "notebook", how: "lost", why: "walltime" });
  });

  it("does not believe history of a job that is listed, nor what it has said of one that is listed again", () => {
    const history: SessionEvent = {
      type: "history-read",
      name: "s-notebook",
      history: { reason: "rescheduling" },
    };
    const up = after(submitted, allRunning, registered(1, 2, 3, 4), opened);
    expect(advance(up, history, wanted).phase).to.equal("up");
    const again = [history, allRunning, without("1")].reduce((state, event) => advance(state, event, wanted), up);
    expect(again.phase).to.equal("up");
  });

  it("takes no job under another name for its own, as when a scheduler gives a number again", () => {
    const { jobs } = allRunning as Extract<SessionEvent, { type: "jobs-listed" }>;
    const others: SessionEvent = { type: "jobs-listed", jobs: jobs.map((job) => ({ ...job, name: "other" })) };
    expect(after(submitted, allRunning, registered(1, 2, 3, 4), opened, others, others).phase).to.equal("failed");
  });

  it("tells the scheduler's reason also when the job has said that it ended", () => {
    const ended: SessionEvent = { type: "reports-read", reports: { ...answering, notebook: { state: "ended" } } };
    const history: SessionEvent = {
      type: "history-read",
      name: "s-notebook",
      history: { reason: "walltime" },
    };
    expect(after(submitted, allRunning, ended).loss?.why).to.equal("it has stopped by itself");
    expect(after(submitted, allRunning, without("1"), ended, history).loss?.why).to.equal("walltime");
  });

  it("is degraded, not failed, when only the cluster is lost", () => {
    const state = after(submitted, allRunning, registered(1, 2), opened, without("2"), {
      type: "history-read",
      name: "s-controller",
      history: { exitCode: 1 },
    });
    expect(state.phase).to.equal("degraded");
    expect(state.loss?.why).to.equal("it has ended with exit code 1");
  });

  it("is degraded when the notebook cannot reach its controller, whatever the scheduler says, and up with the next one", () => {
    const { notebook } = answering;
    const reports = { ...answering, notebook: { ...notebook, unreachableCluster: 1 } as typeof notebook };
    const before = after(submitted, allRunning, registered(1, 2), opened);
    const state = advance(
      before,
      { type: "reports-read", reports: { ...reports, engines: before.reports.engines } },
      wanted,
    );
    expect(state.phase).to.equal("degraded");
    expect(state.loss?.why).to.equal("it can no longer be reached from the notebook's host");
    const record = recordWith({ notebook: "1", controller: "8", engines: "9" });
    const next = { ...record, cluster: { generation: 2, inNotebook: false, wanted: { engines: 4 } } };
    expect(advance(state, { type: "record-read", record: next }, wanted).phase).to.equal("gathering");
  });

  it("fails with the reason of a job that the scheduler gave up on", () => {
    const state = after(
      submitted,
      listed({ id: "1", state: "error", native: "Eqw", reason: "cannot open output file" }),
    );
    expect(state.phase).to.equal("failed");
    expect(state.loss?.why).to.equal("the scheduler gave up on it (Eqw): cannot open output file");
  });

  it("forgets what belonged to an older run", () => {
    const old = after(submitted, allRunning, registered(1, 2), opened);
    const record = recordWith({ notebook: "7", controller: "8", engines: "9" });
    const state = advance(
      old,
      { type: "record-read", record: { ...record, run: { id: "bbbbbbbbbb", directory: "/d" } } },
      wanted,
    );
    expect(state.phase).to.equal("queued");
    expect(state.reports.notebook.state).to.equal("waiting");
  });

  it("loses the connection and is connecting again", () => {
    expect(after(submitted, allRunning, registered(1, 2), opened, { type: "tunnel-closed" }).phase).to.equal(
      "connecting",
    );
  });

  const someTasks = listed({
    id: "3",
    state: "running",
    tasks: [
      { first: 1, last: 1, state: "running", native: "r", host: "node1" },
      { first: 2, last: 2, state: "starting", native: "t" },
      { first: 3, last: 3, state: "held", native: "hqw" },
    ],
  });

  it("counts every engine exactly once, whatever is listed", () => {
    const counts = { asked: 4, queued: 1, starting: 1, running: 1, suspended: 0, failed: 1, registered: 0, lost: 0 };
    expect(after(submitted, someTasks, someTasks).engines).to.deep.equal(counts);
  });

  it("does not believe a single answer that a task is gone", () => {
    expect(after(submitted, someTasks).engines).to.include({ queued: 2, failed: 0 });
    const lacking = listed({
      id: "3",
      state: "running",
      tasks: [{ first: 1, last: 3, state: "running", native: "r" }],
    });
    expect(after(submitted, allRunning, lacking).engines).to.include({ running: 4, failed: 0 });
    expect(after(submitted, allRunning, lacking, lacking).engines).to.include({ running: 3, failed: 1 });
  });

  it("is degraded when so many engines are gone that the minimum cannot be reached", () => {
    const one = listed(
      { id: "1", state: "running" },
      { id: "2", state: "running" },
      { id: "3", state: "running", tasks: [{ first: 4, last: 4, state: "running", native: "r" }] },
    );
    const state = after(submitted, allRunning, registered(4), opened, one, one);
    expect(state.phase).to.equal("degraded");
    expect(state.loss).to.deep.equal({
      role: "engines",
      how: "lost",
      why: "1 of 4 are left, and at least 2 must be there",
    });
  });

  it("waits for engines that the controller has lost, because they may be started again", () => {
    const lost: SessionEvent = {
      type: "reports-read",
      reports: {
        ...answering,
        controller: { state: "answering", host: "node2" },
        engines: new Map([...heard("lost", [1, 2, 3]), ...heard("registered", [4])]),
      },
    };
    const state = after(submitted, allRunning, lost, opened);
    expect(state.phase).to.equal("gathering");
    expect(state.engines).to.include({ running: 4, registered: 1, lost: 3 });
  });

  it("counts an engine that the scheduler has suspended as that, and not as lost", () => {
    const suspended = listed(
      { id: "1", state: "running" },
      { id: "2", state: "suspended" },
      {
        id: "3",
        state: "running",
        tasks: [
          { first: 1, last: 2, state: "suspended", native: "S", host: "node1", reason: "long.q is full" },
          { first: 3, last: 4, state: "running", native: "r" },
        ],
      },
    );
    const silent: SessionEvent = {
      type: "reports-read",
      reports: {
        ...answering,
        notebook: { ...answering.notebook, unreachableCluster: 1 } as Reports["notebook"],
        controller: { state: "answering", host: "node2" },
        engines: new Map([...heard("lost", [1, 3]), ...heard("registered", [2])]),
      },
    };
    const state = after(submitted, suspended, silent, opened);
    expect(state).to.include({ phase: "gathering" }).and.not.to.have.property("loss");
    expect(state.engines).to.include({ suspended: 2, running: 2, lost: 1, queued: 0, failed: 0 });
    expect(troubledEngines(state).slice(0, 2)).to.deep.equal(
      [1, 2].map((engine) => ({
        engine,
        group: "engines",
        host: "node1",
        problem: "the scheduler has suspended it (S): long.q is full",
      })),
    );
    expect(after(submitted, allRunning, silent, opened).loss).to.include({ role: "controller" });
  });

  it("does not count engines that nobody asks for any more", () => {
    const record = recordWith({ notebook: "1", controller: "2", engines: "3" });
    const jobs = record.jobs.map((job) =>
      job.array ? { ...job, array: { ...job.array, dismissed: [{ first: 1, last: 2 }] } } : job,
    );
    const fewer: SessionEvent = {
      type: "record-read",
      record: { ...record, jobs, cluster: { generation: 1, inNotebook: false, wanted: { engines: 2 } } },
    };
    expect(after(fewer, allRunning, registered(3, 4)).engines).to.include({ asked: 2, running: 2, registered: 2 });
  });

  it("is submitting until all that the record says is carried out", () => {
    const record = recordWith({ notebook: "1", controller: "2", engines: "3" });
    const unsettled = {
      ...record,
      cluster: { generation: 1, inNotebook: false, wanted: {}, unsettled: { before: {} } },
    };
    expect(after({ type: "record-read", record: unsettled }, allRunning).phase).to.equal("submitting");
  });

  it("forgets what an older cluster has reported", () => {
    const record = recordWith({ notebook: "1", controller: "8", engines: "9" });
    const next = { ...record, cluster: { generation: 2, inNotebook: false, wanted: { engines: 4 } } };
    const state = after(submitted, allRunning, registered(1, 2, 3, 4), opened, { type: "record-read", record: next });
    expect(state.phase).to.equal("gathering");
    expect(state.reports.notebook.state).to.equal("answering");
    expect(state.engines?.registered).to.equal(0);
  });

  it("names the engines that scheduler and controller disagree about", () => {
    const state = after(submitted, someTasks, someTasks, {
      type: "reports-read",
      reports: { ...answering, engines: new Map([...heard("lost", [2]), ...heard("registered", [4])]) },
    });
    expect(troubledEngines(state)).to.deep.equal([
      { engine: 1, group: "engines", host: "node1", problem: "it runs, and the controller does not know it yet" },
      { engine: 2, group: "engines", problem: 'the controller no longer hears from it; the scheduler says "t"' },
      { engine: 4, group: "engines", problem: "the controller knows it, and the scheduler no longer lists it" },
    ]);
  });
});
