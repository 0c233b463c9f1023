import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { requestCommand } from "../src/program.js";
import { createMachine, type Machine } from "./machine.js";

describe("jobs that lost their supervisor", () => {
  let machine: Machine;

  beforeEach(async () => {
    machine = await createMachine();
  });

  afterEach(() => machine.dispose());

  async function killSupervisor(id: string): Promise<void> {
    const state = JSON.parse(await readFile(join(machine.spool, "jobs", id, "state.json"), "utf8"));
    process.kill(state.supervisor.pid, "SIGKILL");
    await until(async () => (await machine.scheduler.status())[0]?.native !== "running");
  }

  it("are an error while they run, and can be cancelled", async () => {
    const script = "setsid sh -c 'setsid sleep 60 & echo started; sleep 60' & sleep 60";
    const id = await machine.scheduler.submit(machine.job(script, { tasks: 2 }));
    await until(async () => (await machine.read("out.1")) !== "" && (await machine.read("out.2")) !== "");
    await killSupervisor(id);
    const [job] = await machine.scheduler.status();
    const reason = "its supervisor was killed and its processes run on; cancelling the job ends them";
    expect(job).to.include({ id, state: "error", reason });
    expect(await machine.scheduler.history({ id, name: "a job" })).to.equal(undefined);
    await machine.scheduler.cancel([id]);
    const tasks = "tasks 1-2: it was cancelled after its supervisor had been killed";
    expect(await machine.ended(id)).to.deep.equal({ reason: tasks });
    expect(await machine.processes()).to.deep.equal([]);
  });

  it("can have single tasks cancelled", async () => {
    const id = await machine.scheduler.submit(machine.job("echo started; sleep 60", { tasks: 2 }));
    await until(async () => (await machine.read("out.1")) !== "" && (await machine.read("out.2")) !== "");
    await killSupervisor(id);
    await machine.scheduler.cancel([{ id, tasks: [{ first: 1, last: 1 }] }]);
    await until(async () => {
      const [job] = await machine.scheduler.status();
      return job?.state === "error" && job.tasks?.map(({ first, last }) => `${first}-${last}`).join() === "2-2";
    });
    await machine.scheduler.cancel([id]);
    await machine.ended(id);
    expect(await machine.processes()).to.deep.equal([]);
  });

  it("are over when nothing of them runs", async () => {
    const script = "while [ ! -e go ]; do sleep 0.05; done";
    const id = await machine.scheduler.submit(machine.job(script));
    await killSupervisor(id);
    await writeFile(join(machine.directory, "go"), "");
    await until(async () => (await machine.scheduler.status()).length === 0);
    const history = await machine.scheduler.history({ id, name: "a job" });
    expect(history?.exitCode).to.equal(undefined);
    expect(history?.reason).to.include("its supervisor was killed");
  });
});

describe("jobs whose supervisor the system ends", () => {
  it("are ended with it, and say why", async () => {
    const machine = await createMachine();
    const id = await machine.scheduler.submit(machine.job("(setsid sleep 60 &); sleep 60"));
    const state = JSON.parse(await readFile(join(machine.spool, "jobs", id, "state.json"), "utf8"));
    process.kill(state.supervisor.pid, "SIGTERM");
    const reason = "SIGTERM ended it, which a system sends to all processes at a shutdown or a logout";
    expect(await machine.ended(id)).to.deep.equal({ reason });
    await machine.dispose();
  });
});

describe("jobs that are refused", () => {
  let machine: Machine;

  beforeEach(async () => {
    machine = await createMachine();
  });

  afterEach(() => machine.dispose());

  async function jobsInSpool(): Promise<string[]> {
    return (await readdir(machine.spool)).includes("jobs") ? readdir(join(machine.spool, "jobs")) : [];
  }

  it("leave nothing behind", async () => {
    await mkdir(machine.spool);
    const missing = join(machine.directory, "missing");
    const cases = {
      "working directory": machine.job("sleep 60", { workingDirectory: missing }),
      "no directory": machine.job("sleep 60", { output: join(missing, "out") }),
      "Is a directory": machine.job("sleep 60", { output: machine.directory }),
      "#!/no/such/shell": machine.job("", { script: "#!/no/such/shell\n", tasks: 3 }),
      "Exec format error": machine.job("", { script: "sleep 60\n" }),
    };
    for (const [words, job] of Object.entries(cases)) {
      const error = await expectFailure(machine.scheduler.submit(job), "HPCNB_SUBMIT_REJECTED");
      expect(error.message).to.include(words);
      expect(error.transient).to.equal(false);
    }
    expect(await jobsInSpool()).to.deep.equal([]);
    expect(await machine.scheduler.status()).to.deep.equal([]);
    expect(await machine.processes()).to.deep.equal([]);
  });

  it("leave nothing behind when only one task of many cannot start", async () => {
    await mkdir(join(machine.directory, "out.3"));
    const job = machine.job("setsid sleep 600 & sleep 600", { tasks: 4 });
    const error = await expectFailure(machine.scheduler.submit(job), "HPCNB_SUBMIT_REJECTED");
    expect(error.message).to.include("out.3");
    expect(await jobsInSpool()).to.deep.equal([]);
    await until(async () => (await machine.processes()).length === 0, "nothing is left");
  });

  it("say that the spool cannot be used", async () => {
    await writeFile(machine.spool, "");
    const error = await expectFailure(machine.scheduler.submit(machine.job("sleep 60")), "HPCNB_SUBMIT_REJECTED");
    expect(error.message).to.include(machine.spool);
    // Unknown is not gone.
    const unknown = await expectFailure(machine.scheduler.status(), "HPCNB_SCHEDULER_UNREACHABLE");
    expect(unknown.message).to.include(machine.spool);
  });

  it("say that Python is missing", async () => {
    const { PATH } = process.env;
    process.env.PATH = machine.directory;
    try {
      const error = await expectFailure(machine.scheduler.status(), "HPCNB_SCHEDULER_UNREACHABLE");
      expect((error.cause as Error).message)
        .to.include("python3")
        .and.to.include(machine.directory);
    } finally {
      process.env.PATH = PATH;
    }
  });
});

describe("a spool that several machines share", () => {
  let machine: Machine;

  beforeEach(async () => {
    machine = await createMachine();
  });

  afterEach(() => machine.dispose());

  it("does not take another machine's jobs for gone", async () => {
    const id = await endedJob();
    await change(id, "job.json", (spec) => ({ ...spec, ...elsewhere }));
    expect(await machine.scheduler.status()).to.deep.equal([]);
    await crash(id);
    await expectElsewhere(id);
  });

  it("knows a machine by its name where nothing else was written down", async () => {
    const id = await endedJob();
    await change(id, "job.json", ({ boot: _, machine: __, ...spec }) => ({ ...spec, host: "elsewhere" }));
    await crash(id);
    await expectElsewhere(id);
  });

  it("knows this machine again under another name", async function () {
    if (process.platform !== "linux") this.skip();
    const id = await endedJob();
    await change(id, "job.json", (spec) => ({ ...spec, host: "elsewhere" }));
    await crash(id);
    expect(await machine.scheduler.status()).to.deep.equal([]);
    expect((await machine.scheduler.history({ id, name: "a job" }))?.reason).to.include("its supervisor was killed");
  });

  it("can cancel what it started under another name", async function () {
    if (process.platform !== "linux") this.skip();
    const id = await machine.scheduler.submit(machine.job("sleep 60"));
    await change(id, "job.json", (spec) => ({ ...spec, host: "elsewhere" }));
    expect((await machine.scheduler.status())[0]).to.include({ native: "running" });
    await machine.scheduler.cancel([id]);
    expect((await machine.ended(id)).reason).to.equal("it was cancelled");
  });

  it("takes jobs for gone that ran before the machine was started again", async () => {
    const id = await endedJob();
    // What the job says of its machine and what is true are changed alike: not every machine has an
    // id.
    const ids = { boot: "another boot", machine: "this machine" };
    await change(id, "job.json", (spec) => ({ ...spec, ...ids, host: "elsewhere" }));
    await crash(id);
    const answer = await runAs('{"host": HOST, "boot": "this boot", "machine": "this machine"}', "history", {
      id,
      name: "a job",
    });
    expect(answer.ended.reason).to.equal("the machine was started again while it ran; how it ended is not known");
    expect(await runAs('{"host": HOST, "boot": "this boot", "machine": "this machine"}', "status", {})).to.deep.equal({
      jobs: [],
    });
  });

  it("says that a job of another container can be cancelled only there", async function () {
    if (process.platform !== "linux") this.skip();
    const id = await machine.scheduler.submit(machine.job("sleep 60"));
    await until(async () => (await machine.scheduler.status())[0]?.native === "running");
    const state = await readFile(join(machine.spool, "jobs", id, "state.json"), "utf8");
    await change(id, "job.json", (spec) => ({ ...spec, host: "elsewhere" }));
    // From another container its process cannot be seen, and its lock can.
    await change(id, "state.json", (known) => ({ ...known, supervisor: { pid: 1, start: 0 } }));
    expect((await machine.scheduler.status())[0]).to.include({ native: "running", host: "elsewhere" });
    const error = await expectFailure(machine.scheduler.cancel([id]), "HPCNB_SCHEDULER_UNREACHABLE");
    expect(error.message).to.include("can be cancelled only there").and.not.include("delete");
    await writeFile(join(machine.spool, "jobs", id, "state.json"), state);
    await machine.scheduler.cancel([id]);
    await machine.ended(id);
  });

  const elsewhere = { host: "elsewhere", boot: "another boot", machine: "another machine" };

  async function endedJob(): Promise<string> {
    const id = await machine.scheduler.submit(machine.job("true"));
    await machine.ended(id);
    return id;
  }

  async function change(id: string, name: string, make: (content: Content) => Content): Promise<void> {
    const path = join(machine.spool, "jobs", id, name);
    const text = JSON.stringify(make(JSON.parse(await readFile(path, "utf8"))));
    // As a supervisor does it, which may look at any moment.
    await writeFile(`${path}.test`, text);
    await rename(`${path}.test`, path);
  }

  /** As if the supervisor had been killed before the job's end. */
  function crash(id: string): Promise<void> {
    return change(id, "state.json", (state) => JSON.parse(JSON.stringify(state).replace('"ended"', '"running"')));
  }

  async function expectElsewhere(id: string): Promise<void> {
    expect((await machine.scheduler.status())[0]).to.include({ state: "unknown", host: "elsewhere" });
    const error = await expectFailure(machine.scheduler.cancel([id]), "HPCNB_SCHEDULER_UNREACHABLE");
    expect(error.message).to.include("was started on elsewhere and can be cancelled only there");
    expect(error.message).to.include(`or is this one under an earlier name, delete ${join(machine.spool, "jobs", id)}`);
    expect(await machine.scheduler.history({ id, name: "a job" })).to.equal(undefined);
  }

  /** The program's answer where the machine is another than this one. */
  async function runAs(origin: string, verb: string, request: object) {
    const { argv, stdin = "" } = requestCommand({ verb, spool: machine.spool, ...request });
    const length = Number(argv.at(-1));
    const program = Buffer.from(stdin)
      .subarray(0, length)
      .toString()
      .replace("\ndef origin_of(spec)", `\nORIGIN = ${origin}\n$&`);
    const rest = Buffer.from(stdin).subarray(length).toString();
    const changed = [...argv.slice(0, -1), String(Buffer.byteLength(program))];
    const { stdout } = await machine.host.run(changed, { stdin: program + rest });
    return JSON.parse(stdout);
  }
});

type Content = Record<string, unknown>;
