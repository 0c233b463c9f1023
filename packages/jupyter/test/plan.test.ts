import { decodeRecord, type JobSpec } from "@hpcnb/core";
import type { PlanContext } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { createWorkload } from "@hpcnb/jupyter";
import { expect } from "chai";
import { makeContext, planAll } from "./helpers/session.js";

const workload = createWorkload();
const resources = { cores: 2, memory: 4e9, walltimeSeconds: 600, queue: "short.q" };
const cluster = makeCluster(12, { resources });

describe("plan", () => {
  it("prepares the records with their full size, and the folder of the logs", () => {
    const context = makeContext({ session: makeSession({ cluster, notebook: { password: "argon2:x" } }) });
    const { files } = planAll(context);
    const record = (name: string) =>
      decodeRecord(files.find(({ path }) => path === `${context.run.directory}/${name}.record`)?.text, context.run.id);
    const directory = context.cluster?.directory;
    const run = context.run.id;
    const own = { run, directory: context.run.directory, token: context.run.token };
    expect(record("secrets")).to.deep.equal({ ...own, password: "argon2:x", variables: {} });
    expect(record("cluster")).to.deep.equal({
      run,
      generation: 1,
      controllerRecord: `${directory}/controller.record`,
    });
    expect(record("cluster-1/targets")).to.deep.equal({ run, groups: [] });
    for (const name of ["notebook", "cluster-1/controller", "cluster-1/engines"])
      expect(record(name), name).to.deep.equal({ run, state: "waiting" });
    expect(files.map(({ path }) => path)).to.include(`${context.run.directory}/logs/.keep`);
    expect(files.every(({ mode = 0o600 }) => mode === 0o600)).to.equal(true);
  });

  it("makes three jobs, the engines as an array", () => {
    const { jobs } = planAll(makeContext({ session: makeSession({ cluster, resources: { walltimeSeconds: 7200 } }) }));
    expect(jobs.map(({ role, spec }) => ({ role, name: spec.name, tasks: spec.tasks }))).to.deep.equal([
      { role: "notebook", name: "rnaseq-notebook-abcde12345", tasks: undefined },
      { role: "controller", name: "rnaseq-controller-abcde12345", tasks: undefined },
      { role: "engines", name: "rnaseq-engines-abcde12345", tasks: 12 },
    ]);
    expect(jobs.map(({ spec }) => spec.output.split("/").at(-1))).to.deep.equal([
      "notebook.log",
      "controller.log",
      "engines-1.{task}.log",
    ]);
  });

  it("gives the controller one core where the engines run, for as long as anybody needs it", () => {
    const { jobs } = planAll(makeContext({ session: makeSession({ cluster, resources: { walltimeSeconds: 7200 } }) }));
    expect(jobs[1]?.spec.resources).to.deep.equal({ cores: 1, memory: 4e9, walltimeSeconds: 7200, queue: "short.q" });
    expect(jobs[2]?.spec.resources).to.deep.equal(resources);
  });

  it("asks for nothing that is counted for a controller", () => {
    const options = { account: "genomics", gpus: 2 };
    const resourcesOf = (session: Session) => {
      const context = makeContext({ session });
      const scheduler = { ...context.scheduler, countedOptions: ["gpus"] };
      return planAll({ ...context, scheduler }).jobs.map(({ spec }) => spec.resources.options);
    };
    const session = makeSession({ cluster: makeCluster(2, { resources: { options } }), resources: { options } });
    expect(resourcesOf(session)).to.deep.equal([options, { account: "genomics" }, options]);
  });

  it("gives the controller no limit when the notebook or a group of engines has none", () => {
    const controllerOf = (session: Session) =>
      planAll(makeContext({ session })).jobs.find(({ role }) => role === "controller")?.spec.resources;
    expect(controllerOf(makeSession({ cluster }))).to.deep.equal({ cores: 1, memory: 4e9, queue: "short.q" });
    const group = (name: string, walltimeSeconds?: number) => ({
      name,
      engines: 1,
      resources: walltimeSeconds === undefined ? {} : { walltimeSeconds },
      atOnce: undefined,
    });
    const grouped = (...groups: ReturnType<typeof group>[]) =>
      controllerOf(makeSession({ cluster: makeCluster(0, { groups }), resources: { walltimeSeconds: 600 } }))
        ?.walltimeSeconds;
    expect(grouped(group("cpu", 700), group("gpu", 800))).to.equal(800);
    expect(grouped(group("cpu", 700), group("gpu"))).to.equal(undefined);
  });

  it("makes only the notebook job without a cluster", () => {
    const { files, jobs } = planAll(makeContext());
    expect(jobs.map(({ role }) => role)).to.deep.equal(["notebook"]);
    expect(files.some(({ path }) => path.includes("controller"))).to.equal(false);
  });

  it("puts no secret into a job", () => {
    const session = makeSession({ cluster, notebook: { password: "argon2:secret" } });
    const { jobs } = planAll(makeContext({ session }));
    for (const { spec } of jobs) {
      expect(JSON.stringify(spec)).to.not.include(makeContext().run.token);
      expect(JSON.stringify(spec)).to.not.include("argon2:secret");
    }
  });

  it("is the same every time", () => {
    const context = makeContext({ session: makeSession({ cluster }) });
    expect(planAll(context)).to.deep.equal(planAll(context));
  });
});

describe("groups of engines", () => {
  const groups = [
    { name: "cpu", engines: 8, resources: {}, atOnce: 4 },
    { name: "gpu", engines: 2, resources: { queue: "gpu.q" }, atOnce: undefined },
  ];
  const session = makeSession({ cluster: makeCluster(0, { groups }) });

  it("are arrays with names, resources and numbers of their own", () => {
    const { jobs } = planAll(makeContext({ session }));
    const [, , cpu, gpu] = jobs.map(({ spec }) => spec);
    expect(cpu).to.include({ name: "rnaseq-engines-abcde12345", tasks: 8, tasksAtOnce: 4 });
    expect(gpu).to.include({ name: "rnaseq-engines-abcde12345-1-9", tasks: 2 });
    expect(gpu?.resources).to.deep.equal({ queue: "gpu.q" });
    expect(gpu?.script).to.include('"first":9,"group":"gpu"');
  });

  it("tell the controller how many are wanted, in place", () => {
    const { run, cluster } = makeContext({ session });
    if (!cluster) throw new Error("no cluster");
    const ranges = [
      { first: 1, last: 10 },
      { first: 13, last: 14 },
    ];
    const file = workload.targets(run, cluster, [{ ranges, wanted: 3 }]);
    expect(file.inPlace).to.equal(true);
    const told = [
      [1, 10],
      [13, 14],
    ];
    expect(decodeRecord(file.text, run.id)?.groups).to.deep.equal([{ ranges: told, wanted: 3 }]);
  });

  it("leave out the shortest ranges when they are too many for the record", () => {
    const { run, cluster } = makeContext({ session });
    if (!cluster) throw new Error("no cluster");
    const rangesFrom = (start: number) =>
      Array.from({ length: 500 }, (_, index) => {
        const first = start + 100 * index;
        return { first, last: first + (index % 2 === 0 ? 90 : 0) };
      });
    const targets = [
      { ranges: rangesFrom(1), wanted: 3 },
      { ranges: [{ first: 70_000, last: 75_000 }], wanted: 1 },
    ];
    const groups = decodeRecord(workload.targets(run, cluster, targets).text, run.id)?.groups;
    const [cpu, gpu] = groups as { ranges: [number, number][]; wanted: number }[];
    expect(cpu?.wanted).to.equal(3);
    expect(cpu?.ranges.filter(([first, last]) => last - first === 90)).to.have.length(250);
    expect(cpu?.ranges).to.have.length.within(251, 499);
    expect(gpu).to.deep.equal({ ranges: [[70_000, 75_000]], wanted: 1 });
  });

  it("are refused when the file no longer has them", () => {
    const array = { group: "old", first: 1, last: 1 };
    expect(() => workload.job(makeContext({ session }), { role: "engines", array })).to.throw(/engine group old/);
  });
});

describe("a controller in the notebook job", () => {
  it("is no job of its own, and the notebook has what it needs", () => {
    const session = makeSession({ cluster: makeCluster(2, { controller: "notebook" }) });
    const context = makeContext({ session });
    const { jobs } = planAll(context);
    expect(jobs.map(({ role }) => role)).to.deep.equal(["notebook", "engines"]);
    expect(jobs[0]?.spec.script).to.include(`"record":"${context.cluster?.directory}/controller.record"`);
  });
});

describe("variables of the user", () => {
  it("reach the jobs in the one file for the user alone", () => {
    const context = makeContext({ session: makeSession({ cluster }) });
    const files = workload.runFiles(context, { OMP_NUM_THREADS: "2" });
    const holding = files.filter(({ text }) => text.includes("OMP_NUM_THREADS")).map(({ path }) => path);
    expect(holding).to.deep.equal([`${context.run.directory}/secrets.record`]);
  });

  it("are refused when they are too long, and not written in part", () => {
    expect(() => workload.runFiles(makeContext(), { LONG: "x".repeat(5000) }))
      .to.throw(/variables are too long/)
      .with.property("code", "HPCNB_BAD_SESSION_FILE");
  });
});

describe("what a notebook needs for starting clusters", () => {
  const commands = {
    submit: ({ name, script, output, tasks }: JobSpec) => ({
      argv: ["submit", name, output, ...(tasks ? [`1-${tasks}`] : [])],
      stdin: script,
    }),
    cancel: (ids: readonly string[]) => ({ argv: ["cancel", ...ids] }),
    idPattern: "^(\\d+)$",
  };
  const known = (changes: Partial<PlanContext> = {}) => {
    const { files } = planAll(makeContext(changes));
    return JSON.parse(files.find(({ path }) => path.endsWith("/python/hpcnb_launchers.json"))?.text ?? "");
  };

  it("is the scheduler's commands with placeholders, and the records", () => {
    const scheduler = { runsOnHost: false, taskVariable: "TASK", commands };
    const { jobs, ownEngines } = known({ session: makeSession({ cluster }), scheduler });
    const { directory } = makeContext().run;
    expect(ownEngines).to.equal(12);
    expect(jobs.controller.argv).to.deep.equal([
      "submit",
      "rnaseq-controller-abcde12345-HPCNBCLUSTER",
      `${directory}/notebook-clusters/HPCNBCLUSTER/controller.log`,
    ]);
    expect(jobs.engines.argv.at(-1)).to.equal("1-987654321");
    expect(jobs.engines.stdin).to.include(
      `"controllerRecord":"${directory}/notebook-clusters/HPCNBCLUSTER/controller.record"`,
    );
    expect(jobs.cancel.argv).to.deep.equal(["cancel", "HPCNBJOB"]);
    expect(jobs.files.map(({ path }: { path: string }) => path)).to.include(jobs.controllerRecord);
  });

  it("has no secret in it", () => {
    const session = makeSession({ cluster, notebook: { password: "argon2:secret" } });
    const text = JSON.stringify(known({ session, scheduler: { runsOnHost: false, taskVariable: "TASK", commands } }));
    expect(text).not.to.include(makeContext().run.token);
    expect(text).not.to.include("argon2:secret");
  });

  it("is no command where the scheduler gives none", () => {
    expect(known()).to.include({ jobs: null, ownEngines: null, mostEngines: null });
  });
});

describe("logPath", () => {
  it("names an engine's log by its array and its task", () => {
    const { run } = makeContext();
    const cluster = { generation: 2, directory: `${run.directory}/cluster-2`, inNotebook: false };
    const array = { group: "gpu", first: 5, last: 8 };
    expect(workload.logPath({ role: "engines", cluster, array, engine: 7 })).to.equal(
      `${cluster.directory}/logs/engines-5.3.log`,
    );
    expect(workload.logPath({ role: "controller", run, cluster })).to.equal(`${cluster.directory}/logs/controller.log`);
    const inNotebook = { ...cluster, inNotebook: true };
    expect(workload.logPath({ role: "controller", run, cluster: inNotebook })).to.match(/notebook\.log$/);
    expect(workload.logPath({ role: "notebook", run })).to.equal(`${run.directory}/logs/notebook.log`);
  });
});
