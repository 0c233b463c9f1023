import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { createMachine, failure, type Machine, until } from "./machine.js";

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
    expect(await machine.scheduler.history(id)).to.equal(undefined);
    await machine.scheduler.cancel([id]);
    const tasks = "tasks 1-2: it was cancelled after its supervisor had been killed";
    expect(await machine.ended(id)).to.deep.equal({ id, reason: tasks });
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
    const history = await machine.scheduler.history(id);
    expect(history?.exitCode).to.equal(undefined);
    expect(history?.reason).to.include("its supervisor was killed");
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
      const error = await failure(machine.scheduler.submit(job), "HPCNB_SUBMIT_REJECTED");
      expect(error.message).to.include(words);
      expect(error.transient).to.equal(false);
    }
    expect(await jobsInSpool()).to.deep.equal([]);
    expect(await machine.scheduler.status()).to.deep.equal([]);
    expect(await machine.processes()).to.deep.equal([]);
  });

  it("leave nothing behind when only one task of many cannot start", async () => {
    await mkdir(join(machine.directory, "out.3"));
    const job = machine.job("setsid sleep 60 & sleep 60", { tasks: 4 });
    const error = await failure(machine.scheduler.submit(job), "HPCNB_SUBMIT_REJECTED");
    expect(error.message).to.include("out.3");
    expect(await jobsInSpool()).to.deep.equal([]);
    await until(async () => (await machine.processes()).length === 0, 500);
  });

  it("say that the spool cannot be used", async () => {
    await writeFile(machine.spool, "");
    const error = await failure(machine.scheduler.submit(machine.job("sleep 60")), "HPCNB_SUBMIT_REJECTED");
    expect(error.message).to.include(machine.spool);
    // Unknown is not gone.
    const unknown = await failure(machine.scheduler.status(), "HPCNB_SCHEDULER_UNREACHABLE");
    expect(unknown.message).to.include(machine.spool);
  });

  it("say that Python is missing", async () => {
    const { PATH } = process.env;
    process.env.PATH = machine.directory;
    try {
      const error = await failure(machine.scheduler.status(), "HPCNB_SCHEDULER_UNREACHABLE");
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
    const id = await machine.scheduler.submit(machine.job("true"));
    await machine.ended(id);
    const directory = join(machine.spool, "jobs", id);
    const spec = JSON.parse(await readFile(join(directory, "job.json"), "utf8"));
    await writeFile(join(directory, "job.json"), JSON.stringify({ ...spec, host: "elsewhere" }));
    expect(await machine.scheduler.status()).to.deep.equal([]);
    const state = (await readFile(join(directory, "state.json"), "utf8")).replace('"ended"', '"running"');
    await writeFile(join(directory, "state.json"), state);
    expect((await machine.scheduler.status())[0]).to.include({ state: "unknown", host: "elsewhere" });
    const error = await failure(machine.scheduler.cancel([id]), "HPCNB_SCHEDULER_UNREACHABLE");
    expect(error.message).to.include("elsewhere");
    expect(await machine.scheduler.history(id)).to.equal(undefined);
  });
});
