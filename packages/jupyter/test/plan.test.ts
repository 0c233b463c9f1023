import { decodeRecord, type JobSpec, type PlanContext } from "@hpcnb/core";
import { createWorkload } from "@hpcnb/jupyter";
import { expect } from "chai";
import { makeContext, makeSession } from "./helpers/session.js";

const workload = createWorkload();
const cluster = { engines: 12, minimum: 8, resources: { cores: 2, memory: 4e9, walltime: 600, queue: "short.q" } };

describe("plan", () => {
  it("prepares the records with their full size, and the folder of the logs", () => {
    const context = makeContext({ session: makeSession({ cluster, notebook: { password: "argon2:x" } }) });
    const { files } = workload.plan(context);
    const record = (name: string) =>
      decodeRecord(files.find(({ path }) => path === `${context.run.directory}/${name}.record`)?.text, context.run.id);
    const run = context.run.id;
    expect(record("secrets")).to.deep.equal({ run, token: context.run.token, password: "argon2:x" });
    for (const name of ["notebook", "controller", "engines"])
      expect(record(name), name).to.deep.equal({ run, state: "waiting" });
    expect(files.map(({ path }) => path)).to.include(`${context.run.directory}/logs/.keep`);
    expect(files.every(({ mode = 0o600 }) => mode === 0o600)).to.equal(true);
  });

  it("makes three jobs, the engines as an array", () => {
    const { jobs } = workload.plan(makeContext({ session: makeSession({ cluster, resources: { walltime: 7200 } }) }));
    expect(jobs.map(({ role, spec }) => ({ role, name: spec.name, tasks: spec.tasks }))).to.deep.equal([
      { role: "notebook", name: "rnaseq-notebook-abcde12345", tasks: undefined },
      { role: "controller", name: "rnaseq-controller-abcde12345", tasks: undefined },
      { role: "engines", name: "rnaseq-engines-abcde12345", tasks: 12 },
    ]);
    expect(jobs.map(({ spec }) => spec.output.split("/").at(-1))).to.deep.equal([
      "notebook.log",
      "controller.log",
      "engine.{task}.log",
    ]);
  });

  it("gives the controller one core where the engines run, for as long as anybody needs it", () => {
    const { jobs } = workload.plan(makeContext({ session: makeSession({ cluster, resources: { walltime: 7200 } }) }));
    expect(jobs[1]?.spec.resources).to.deep.equal({ cores: 1, memory: 4e9, walltime: 7200, queue: "short.q" });
    expect(jobs[2]?.spec.resources).to.deep.equal(cluster.resources);
  });

  it("makes only the notebook job without a cluster", () => {
    const { files, jobs } = workload.plan(makeContext());
    expect(jobs.map(({ role }) => role)).to.deep.equal(["notebook"]);
    expect(files.some(({ path }) => path.includes("controller"))).to.equal(false);
  });

  it("puts no secret into a job", () => {
    const session = makeSession({ cluster, notebook: { password: "argon2:secret" } });
    const { jobs } = workload.plan(makeContext({ session }));
    for (const { spec } of jobs) {
      expect(JSON.stringify(spec)).to.not.include(makeContext().run.token);
      expect(JSON.stringify(spec)).to.not.include("argon2:secret");
    }
  });

  it("is the same every time", () => {
    const context = makeContext({ session: makeSession({ cluster }) });
    expect(workload.plan(context)).to.deep.equal(workload.plan(context));
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
    const { files } = workload.plan(makeContext(changes));
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
      `${directory}/inside/HPCNBCLUSTER/controller.log`,
    ]);
    expect(jobs.engines.argv.at(-1)).to.equal("1-987654321");
    expect(jobs.engines.stdin).to.include(`"records":"${directory}/inside/HPCNBCLUSTER"`);
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
    expect(known()).to.include({ jobs: null, ownEngines: null });
  });
});

describe("logPath", () => {
  it("names an engine's log by its task", () => {
    const { run } = makeContext();
    expect(workload.logPath(run, "engines", 3)).to.equal(`${run.directory}/logs/engine.3.log`);
    expect(workload.logPath(run, "notebook")).to.equal(`${run.directory}/logs/notebook.log`);
  });
});
