import { decodeRecord } from "@hpcnb/core";
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

describe("logPath", () => {
  it("names an engine's log by its task", () => {
    const { run } = makeContext();
    expect(workload.logPath(run, "engines", 3)).to.equal(`${run.directory}/logs/engine.3.log`);
    expect(workload.logPath(run, "notebook")).to.equal(`${run.directory}/logs/notebook.log`);
  });
});
