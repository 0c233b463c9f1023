import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { localDialect } from "../src/dialect.js";
import { createMachine, type Machine } from "./machine.js";

describe("jobs on this machine", () => {
  let machine: Machine;

  beforeEach(async () => {
    machine = await createMachine();
  });

  afterEach(() => machine.dispose());

  it("run in their directory, with an id, an empty input and all output in one file", async () => {
    const script = 'pwd; cat; echo "$HPCNB_JOB_ID$HPCNB_TASK_ID" >&2; exit 3';
    const id = await machine.scheduler.submit(machine.job(script, { name: "naïve 'job' -n" }));
    expect(await machine.ended(id, "naïve 'job' -n")).to.deep.equal({ exitCode: 3 });
    expect(await machine.read("out")).to.equal(`${machine.directory}\n${id}\n`);
    expect((await stat(join(machine.directory, "out"))).mode & 0o777).to.equal(0o600);
    expect(await machine.scheduler.status()).to.deep.equal([]);
    expect(await machine.scheduler.explain(id)).to.equal(undefined);
  });

  it("append to an output that is there already", async () => {
    await writeFile(join(machine.directory, "out"), "before\n");
    await machine.ended(await machine.scheduler.submit(machine.job("echo after")));
    expect(await machine.read("out")).to.equal("before\nafter\n");
  });

  it("are listed with host and name until they end, and leave their submitter at once", async () => {
    const id = await machine.scheduler.submit(machine.job("exec sleep 60", { name: "naïve 'job'" }));
    const host = hostname();
    const [listed, ...others] = await machine.scheduler.status();
    const { startedAt, ...rest } = listed ?? {};
    expect(others).to.deep.equal([]);
    expect(rest).to.deep.equal({ id, name: "naïve 'job'", state: "running", native: "running", host });
    expect(startedAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(await machine.scheduler.history({ id, name: "naïve 'job'" })).to.equal(undefined);
    await machine.scheduler.cancel([id, id, "4711", "../1", ""]);
    expect(await machine.ended(id, "naïve 'job'")).to.deep.equal({ reason: "it was cancelled" });
    expect(await machine.scheduler.status()).to.deep.equal([]);
  });

  it("have no history under another's name", async () => {
    const id = await machine.scheduler.submit(machine.job("exit 3"));
    expect((await machine.ended(id)).exitCode).to.equal(3);
    expect(await machine.scheduler.history({ id, name: "another job" })).to.equal(undefined);
  });

  it("keep their spool to their user", async () => {
    const id = await machine.scheduler.submit(machine.job("true"));
    await machine.ended(id);
    for (const path of ["", "jobs", join("jobs", id)]) {
      expect((await stat(join(machine.spool, path))).mode & 0o777).to.equal(0o700);
    }
  });

  it("get different ids when they are submitted at once", async () => {
    const ids = await Promise.all(
      Array.from({ length: 8 }, () => machine.scheduler.submit(machine.job("exec sleep 60"))),
    );
    expect(new Set(ids).size).to.equal(8);
    expect((await machine.scheduler.status()).map(({ id }) => id)).to.have.members(ids);
    await machine.scheduler.cancel(ids);
    for (const id of ids) await machine.ended(id);
  });

  it("as arrays of 20 are one job in the list, and each task knows its number", async () => {
    const script = 'echo "task $HPCNB_TASK_ID"; while [ ! -e go ]; do sleep 0.05; done; exit $((HPCNB_TASK_ID % 3))';
    const id = await machine.scheduler.submit(machine.job(script, { tasks: 20 }));
    const [job] = await machine.scheduler.status();
    const running = { state: "running", native: "running", host: hostname() };
    // Tasks that started in the same second are one run.
    let next = 1;
    for (const run of job?.tasks ?? []) {
      expect(run).to.include({ first: next, ...running });
      next = run.last + 1;
    }
    expect(next).to.equal(21);
    await writeFile(join(machine.directory, "go"), "");
    expect(await machine.ended(id)).to.deep.equal({ exitCode: 2 });
    for (let task = 1; task <= 20; task++) expect(await machine.read(`out.${task}`)).to.equal(`task ${task}\n`);
  });

  it("wait for a slot, and say so", async () => {
    const scheduler = machine.withOptions({ slots: 2 });
    const script = 'while [ ! -e "go$HPCNB_TASK_ID" ]; do sleep 0.05; done';
    const id = await scheduler.submit(machine.job(script, { tasks: 5 }));
    const reason = "all of its 2 slots are taken";
    const [job] = await scheduler.status();
    expect(job).to.include({ state: "running" });
    expect(job?.tasks?.[1]).to.deep.equal({ first: 3, last: 5, state: "queued", native: "queued", reason });
    expect(await scheduler.explain(id)).to.equal(`tasks 3-5: ${reason}`);
    await writeFile(join(machine.directory, "go2"), "");
    await until(async () => (await scheduler.status())[0]?.tasks?.[1]?.first === 3);
    expect((await scheduler.status())[0]?.tasks?.map(({ first, last, state }) => [first, last, state])).to.deep.equal([
      [1, 1, "running"],
      [3, 3, "running"],
      [4, 5, "queued"],
    ]);
    await scheduler.cancel([id]);
    expect(await machine.ended(id)).to.deep.equal({
      reason: "task 1: it was cancelled\ntasks 3-5: it was cancelled",
    });
    expect(await readdir(machine.directory)).not.to.include("out.4");
  });

  it("take with them what left their session, before they are no longer listed", async () => {
    const script = "setsid sh -c 'setsid sleep 60 & echo started; sleep 60' & sleep 60";
    const id = await machine.scheduler.submit(machine.job(script));
    await until(async () => (await machine.read("out")) !== "");
    expect(await machine.processes()).to.have.length.above(3);
    await machine.scheduler.cancel([id]);
    await until(async () => (await machine.scheduler.status()).length === 0);
    expect(await machine.processes()).to.deep.equal([]);
  });

  it("that end leave nothing, be it a daemon or deaf", async () => {
    const script = "(trap '' TERM; setsid sleep 60 &) ; setsid sleep 60 & exit 5";
    const id = await machine.scheduler.submit(machine.job(script));
    expect(await machine.ended(id)).to.deep.equal({ exitCode: 5 });
    expect(await machine.processes()).to.deep.equal([]);
  });

  it("keep the daemons of a task while it runs, and end those of another", async () => {
    const script = '(setsid sleep 6$HPCNB_TASK_ID &); [ "$HPCNB_TASK_ID" = 1 ] || sleep 60';
    const id = await machine.scheduler.submit(machine.job(script, { tasks: 2 }));
    await until(async () => (await machine.scheduler.status())[0]?.tasks?.[0]?.first === 2);
    const commands = await Promise.all(
      (await machine.processes()).map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")),
    );
    expect(commands).to.include("sleep\u000062\u0000").and.not.to.include("sleep\u000061\u0000");
    await machine.scheduler.cancel([id]);
    expect(await machine.ended(id)).to.deep.equal({ reason: "task 2: it was cancelled" });
    expect(await machine.processes()).to.deep.equal([]);
  });

  it("are read without what a shell says of its children that were killed", async () => {
    const script = "echo before; sh -c 'kill -KILL $$'; sh -c 'kill -TERM $$'; echo after";
    await machine.ended(await machine.scheduler.submit(machine.job(script)));
    expect(await machine.read("out")).to.equal("before\nafter\n");
  });

  it("are killed when they ignore SIGTERM", async () => {
    const script = "trap '' TERM; echo deaf; while :; do sleep 0.1; done";
    const id = await machine.scheduler.submit(machine.job(script));
    await until(async () => (await machine.read("out")) !== "");
    await machine.scheduler.cancel([id]);
    await until(async () => (await machine.scheduler.status())[0]?.native === "ending");
    expect(await machine.scheduler.explain(id)).to.equal("it was cancelled");
    expect(await machine.ended(id)).to.deep.equal({ reason: "it was cancelled" });
    expect(await machine.processes()).to.deep.equal([]);
    expect(await machine.read("out")).to.equal("deaf\n");
  });

  it("may tidy up when they are cancelled, also in a child of a shell that ends at once", async () => {
    const server = "trap 'sleep 1; echo tidy; exit' TERM; echo ready; while :; do sleep 0.1; done";
    const id = await machine.scheduler.submit(machine.job(`(${server}) & setsid sleep 60 & wait`));
    await until(async () => (await machine.read("out")) !== "");
    await machine.scheduler.cancel([id]);
    expect(await machine.ended(id)).to.deep.equal({ reason: "it was cancelled" });
    expect(await machine.read("out")).to.match(/tidy\n$/);
    expect(await machine.processes()).to.deep.equal([]);
  });

  it("end with their walltime", async () => {
    const id = await machine.scheduler.submit(machine.job("sleep 60", { resources: { walltimeSeconds: 1 } }));
    const end = { reason: "the walltime of 0:00:01 was reached", walltimeReached: true };
    expect(await machine.ended(id)).to.deep.equal(end);
    expect(await machine.scheduler.explain(id)).to.equal("the walltime of 0:00:01 was reached");
  });

  it("can be interrupted, which a notebook does with its kernels", async () => {
    const id = await machine.scheduler.submit(machine.job("kill -INT $$; echo deaf"));
    expect(await machine.ended(id)).to.deep.equal({ reason: "SIGINT ended it" });
  });

  it("outlive the job that submitted them", async () => {
    const inner = localDialect({ spool: machine.spool }).submit(machine.job("sleep 60", { name: "inner" }));
    await writeFile(join(machine.directory, "request"), inner.stdin ?? "");
    const words = inner.argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const outer = await machine.scheduler.submit(machine.job(`${words} < request`, { name: "outer" }));
    expect(await machine.ended(outer, "outer")).to.deep.equal({ exitCode: 0 });
    const [job, ...others] = await machine.scheduler.status();
    expect(others).to.deep.equal([]);
    expect(job).to.include({ name: "inner", state: "running" });
    await machine.scheduler.cancel([job?.id ?? ""]);
    await machine.ended(job?.id ?? "", "inner");
  });

  it("are forgotten a week after their end, but for the last one", async () => {
    const ids: string[] = [];
    for (const _ of [1, 2, 3]) ids.push(await machine.scheduler.submit(machine.job("true")));
    for (const id of ids) await machine.ended(id);
    const eightDaysAgo = Date.now() / 1000 - 8 * 24 * 3600;
    for (const id of ids) await utimes(join(machine.spool, "jobs", id), eightDaysAgo, eightDaysAgo);
    const next = await machine.scheduler.submit(machine.job("true"));
    expect(await readdir(join(machine.spool, "jobs"))).to.have.members([ids[2], next]);
    await machine.ended(next);
  });
});
