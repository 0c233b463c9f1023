import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { createMachine, type Machine } from "./machine.js";

type Damage = (path: string) => Promise<unknown>;

/** What can become of a file. */
const damages: Record<string, Damage> = {
  "another program's": (path) => writeFile(path, "7"),
  empty: (path) => writeFile(path, ""),
  "full of zeros": (path) => writeFile(path, Buffer.alloc(200)),
  null: (path) => writeFile(path, "null"),
  "cut short": async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
  "no text": (path) => writeFile(path, Buffer.from([0xff, 0xfe, 0x22])),
  huge: (path) => truncate(path, 3_000_000_000),
  "nested without end": (path) => writeFile(path, "[".repeat(200_000)),
  "a number without end": (path) => writeFile(path, `{"tasks": ${"9".repeat(300_000)}}`),
  missing: (path) => rm(path),
  "a directory": async (path) => {
    await rm(path);
    await mkdir(path);
  },
  "a pipe": async (path) => {
    await rm(path);
    execFileSync("sh", ["-c", 'mkfifo "$1"', "sh", path]);
  },
  "a link to a device": async (path) => {
    await rm(path);
    await symlink("/dev/zero", path);
  },
};

/** What a file can say that is JSON and nonsense, as changes of what it said. */
const nonsense: Record<string, (value: Json) => unknown> = {
  "a task without a number": (value) => ({ ...value, tasks: [{ state: "running", pid: 4711 }] }),
  "all of the machine's processes as a task's": (value) => ({
    ...value,
    tasks: [{ number: 1, state: "running", pid: -1, start: 1 }],
  }),
  "a state of no task": (value) => ({ ...value, tasks: [{ number: 1, state: "asleep" }] }),
  "an end without a cause": (value) => ({ ...value, tasks: [{ number: 1, state: "ended" }] }),
  "a task of another job": (value) => ({ ...value, tasks: [{ number: 9, state: "running" }] }),
  "the same task twice": (value) => ({ ...value, tasks: [1, 1].map((number) => ({ number, state: "queued" })) }),
  "no supervisor": ({ supervisor: _, ...value }) => value,
  "tasks that are none": (value) => ({ ...value, tasks: [null] }),
  "an exit code of another world": (value) => ({ ...value, tasks: [{ number: 1, state: "ended", exitCode: 1e30 }] }),
};

describe("an entry of the spool that is damaged", () => {
  let machine: Machine;

  beforeEach(async () => {
    machine = await createMachine();
  });

  afterEach(() => machine.dispose());

  /** What `history` says of many, asked in one program. */
  async function histories(ids: readonly string[]): Promise<{ reason?: string; exitCode?: number }[]> {
    const program = `import json, sys
sys.path.insert(0, ${JSON.stringify(fileURLToPath(new URL("../python", import.meta.url)))})
from hpcnb_local.questions import history
from hpcnb_local.spool import Spool
spool = Spool(${JSON.stringify(machine.spool)})
print(json.dumps([history(spool, {"id": id, "name": "a job"})["ended"] for id in ${JSON.stringify(ids)}]))`;
    return JSON.parse((await machine.host.run(["python3", "-B", "-c", program])).stdout);
  }

  const pathOf = (id: string, ...names: string[]) => join(machine.spool, "jobs", id, ...names);

  it("hides no other job, keeps none from ending, and is told in a line, of whatever kind it is", async () => {
    const model = await machine.scheduler.submit(machine.job("true"));
    await machine.ended(model);
    const good = await machine.scheduler.submit(machine.job("exec sleep 60", { name: "good" }));
    const ids: string[] = [];
    const addEntry = async (damage: Damage, name: string) => {
      const id = String(100 + ids.length);
      ids.push(id);
      await cp(pathOf(model), pathOf(id), { recursive: true });
      await damage(pathOf(id, name));
    };
    for (const name of ["job.json", "state.json", "alive", "script", "errors"]) {
      for (const damage of Object.values(damages)) await addEntry(damage, name);
    }
    for (const change of Object.values(nonsense)) {
      await addEntry((path) => changeJson(path, change), "state.json");
    }
    for (const key of ["id", "name", "workingDirectory", "output", "host"]) {
      for (const value of [undefined, 7, null, "\u001b]52;c;x\u0007"]) {
        if (typeof value === "string" && ["workingDirectory", "output"].includes(key)) continue;
        await addEntry((path) => changeJson(path, (spec) => ({ ...spec, [key]: value })), "job.json");
      }
    }
    await writeFile(pathOf("200"), "a file");
    await symlink("/", pathOf("201"));
    await symlink("nowhere", pathOf("202"));
    await mkdir(pathOf("203"));
    for (const name of ["²", "-1", "0", "007", "a\nb", "9".repeat(40)]) await mkdir(pathOf(name));

    const jobs = await machine.scheduler.status();
    expect(jobs.find(({ id }) => id === good)).to.include({ name: "good", native: "running" });
    // Nothing of them runs, so they are over, and what is damaged is told where it is asked for.
    expect(jobs.filter(({ id }) => id !== good)).to.deep.equal([]);
    const damaged = [...ids, "200", "201", "202", "203"];
    for (const [index, { reason, exitCode }] of (await histories(damaged)).entries()) {
      expect(reason ?? `exit code ${exitCode}`, damaged[index])
        .to.match(/^(it has ended, and how is not known: |its supervisor was killed|it never started|exit code 0$)/)
        .and.not.match(/\p{Cc}/u);
    }
    const next = await machine.scheduler.submit(machine.job("true"));
    expect(await machine.ended(next)).to.deep.equal({ exitCode: 0 });
    await machine.scheduler.cancel([good]);
    expect(await machine.ended(good, "good")).to.deep.equal({ reason: "it was cancelled" });
  });

  for (const name of ["job.json", "state.json", "alive"]) {
    it(`can be ended while its supervisor lives, with any damage to ${name}`, async () => {
      const ids: string[] = [];
      for (const damage of Object.values(damages)) {
        const id = await machine.scheduler.submit(machine.job("(setsid sleep 60 &); sleep 60"));
        ids.push(id);
        await damage(pathOf(id, name));
      }
      expect((await machine.scheduler.status()).map(({ id, name }) => `${id} ${name}`)).to.deep.equal(
        ids.map((id) => `${id} a job`),
      );
      await machine.scheduler.cancel(ids);
      await until(async () => (await machine.scheduler.status()).length === 0);
      expect(await machine.processes()).to.deep.equal([]);
    });
  }

  it("is repaired by its supervisor, which knows it all", async () => {
    const id = await machine.scheduler.submit(machine.job("sleep 60"));
    await writeFile(pathOf(id, "state.json"), "7");
    const [job] = await machine.scheduler.status();
    expect(job).to.include({ id, name: "a job", state: "unknown", native: "damaged" });
    expect(job?.reason).to.equal(`${pathOf(id, "state.json")}: the whole is no object; cancelling the job ends it`);
    await until(async () => (await machine.scheduler.status())[0]?.native === "running");
    await machine.scheduler.cancel([id]);
    await machine.ended(id);
  });

  it("can be ended when its supervisor was killed, with all that left its session", async () => {
    for (const name of ["job.json", "state.json", "alive"]) {
      const id = await machine.scheduler.submit(machine.job("(setsid sleep 60 &); echo started; sleep 60"));
      await until(async () => (await machine.read("out")) !== "");
      const state = JSON.parse(await readFile(pathOf(id, "state.json"), "utf8"));
      process.kill(state.supervisor.pid, "SIGKILL");
      await writeFile(pathOf(id, name), "7");
      await until(async () => !["running", undefined].includes((await machine.scheduler.status())[0]?.native));
      // By which a session knows its job.
      expect((await machine.scheduler.status())[0]).to.include({ id, name: "a job" });
      await machine.scheduler.cancel([id]);
      await machine.ended(id);
      expect(await machine.processes(), name).to.deep.equal([]);
      await rm(join(machine.directory, "out"));
    }
  });

  it("can be ended though the disk is full and nothing can be written down", async () => {
    const id = await machine.scheduler.submit(machine.job("sleep 60"));
    // A directory of that name stands in for a disk on which no file can be made.
    await mkdir(pathOf(id, "cancel.new"));
    await symlink("/nowhere/else", pathOf(id, "cancel"));
    await machine.scheduler.cancel([id]);
    await machine.ended(id);
  });

  it("says of an entry that cannot even be looked at that it is unknown, and lets the others be ended", async function () {
    if (process.getuid?.() === 0) this.skip();
    const good = await machine.scheduler.submit(machine.job("sleep 60"));
    const shut = await machine.scheduler.submit(machine.job("true"));
    await machine.ended(shut);
    await chmod(pathOf(shut), 0);
    try {
      const jobs = await machine.scheduler.status();
      expect(jobs.find(({ id }) => id === shut)).to.include({ state: "unknown", native: "damaged" });
      const error = await expectFailure(machine.scheduler.cancel([shut, good]), "HPCNB_SCHEDULER_UNREACHABLE");
      expect(error.message).to.include(`job ${shut}`).and.not.include(`job ${good}`);
      await until(async () => (await machine.scheduler.status()).length === 1);
    } finally {
      await chmod(pathOf(shut), 0o700);
    }
  });

  it("costs no time that grows faster than the spool", async () => {
    const model = await machine.scheduler.submit(machine.job("true"));
    await machine.ended(model);
    const names = ["job.json", "state.json", "alive"];
    const texts = await Promise.all(names.map((name) => readFile(pathOf(model, name), "utf8")));
    const addEntries = async (first: number, last: number) => {
      for (let id = first; id <= last; id++) {
        mkdirSync(pathOf(String(id)));
        for (const [index, name] of names.entries()) {
          const text = name === "state.json" && id % 2 === 0 ? "7" : (texts[index] ?? "");
          writeFileSync(pathOf(String(id), name), text);
        }
      }
    };
    const timeOf = async (work: () => Promise<unknown>) => {
      const start = performance.now();
      await work();
      return performance.now() - start;
    };
    await addEntries(2, 200);
    const few = await timeOf(() => machine.scheduler.status());
    await addEntries(201, 1300);
    expect(await timeOf(() => machine.scheduler.status())).to.be.below(20 * few + 1000);
    const next = await machine.scheduler.submit(machine.job("true"));
    expect(await machine.ended(next)).to.deep.equal({ exitCode: 0 });
    expect(await readdir(join(machine.spool, "jobs"))).to.have.length(1101);
  });
});

type Json = Record<string, unknown>;

/** By a rename, as a supervisor does it. */
async function changeJson(path: string, change: (value: Json) => unknown): Promise<void> {
  await writeFile(`${path}.test`, JSON.stringify(change(JSON.parse(await readFile(path, "utf8")))));
  await rename(`${path}.test`, path);
}
