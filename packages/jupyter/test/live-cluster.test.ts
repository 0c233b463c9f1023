import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { createWorkload } from "@hpcnb/jupyter";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { Jobs } from "./helpers/jobs.js";
import { processesWith } from "./helpers/processes.js";

const workload = createWorkload();

describe("a controller and its engines, really run", () => {
  let jobs: Jobs;
  let venv: string;

  beforeEach(function () {
    venv = venvFrom("HPCNB_TEST_VENV", this);
    const cluster = makeCluster(2);
    jobs = new Jobs(makeSession({ cluster, notebook: { environment: { venv } } }), { runsOnHost: false });
  });
  afterEach(() => jobs?.dispose());

  it("speak encrypted with other hosts, and count an engine that has gone", async () => {
    jobs.start(["controller", "engines"]);
    await jobs.until(({ engines }) => engines.size === 2);
    const record = jobs.records()[1] as unknown as { client: Record<string, string> };
    expect(record.client).to.include({ interface: "tcp://*", key: "" });
    expect(record.client.curve_serverkey).to.be.a("string").with.length(40);
    const code = `
import ipyparallel, json, sys
client = ipyparallel.Client(json.load(sys.stdin))
print(client[:].apply_sync(lambda x: x * 2, 21), client.load_balanced_view().map_sync(abs, [-1, -2]))`;
    const answer = execFileSync(join(venv, "bin/python"), ["-c", code], {
      input: JSON.stringify(record.client),
      env: jobs.environment(),
      encoding: "utf8",
    });
    expect(answer).to.equal("[42, 42] [1, 2]\n");
    if (process.platform === "linux") expect(processesWith(record.client.curve_serverkey ?? "")).to.deep.equal([]);
    jobs.child("engines 1").kill("SIGTERM");
    expect(await jobs.ended("engines 1")).to.equal(0);
    const { engines } = await jobs.until(({ engines }) => engines.get(1) === "lost");
    expect(engines.get(2)).to.equal("registered");
  });

  const startAnother = async (changes: Parameters<typeof makeCluster>[1]) => {
    await jobs.dispose();
    const cluster = makeCluster(1, changes);
    jobs = new Jobs(makeSession({ cluster, notebook: { environment: { venv } } }), { runsOnHost: false });
    jobs.start(["controller", "engines"]);
  };

  it("use only those ports that the session names", async () => {
    const ports = { low: 20_200, high: 20_299 };
    await startAnother({ ports });
    await jobs.until(({ engines }) => engines.size === 1);
    const { client, engine } = jobs.records()[1] as unknown as Record<"client" | "engine", Record<string, unknown>>;
    const used = [client, engine].flatMap((connection) =>
      Object.values(connection)
        .flat()
        .filter((value) => typeof value === "number"),
    );
    expect(new Set(used).size).to.equal(15);
    for (const port of used) expect(port).to.be.within(ports.low, ports.high);
  });

  it("say which network interfaces there are, where the session names another one", async () => {
    await startAnother({ interface: "none0" });
    const { controller } = await jobs.until(({ controller }) => controller.state === "failed");
    expect(JSON.stringify(controller)).to.match(/has no network interface none0 .* Those that it has: /);
    expect(await jobs.ended("engines 1")).to.equal(1);
    expect(jobs.logs()["engines-1.1.log"]).to.match(/There is no controller to connect to: .* none0/);
  });

  it("find each other when the engines were there first", async () => {
    jobs.start(["engines"]);
    await jobs.until(() =>
      [1, 2].every((task) => jobs.logs()[`engines-1.${task}.log`]?.includes("waits for the controller")),
    );
    jobs.start(["controller"]);
    await jobs.until(({ engines }) => engines.size === 2);
  });

  it("say that the controller has ended, so that engines to come do not wait for it", async () => {
    jobs.start(["controller"]);
    await jobs.until(({ controller }) => controller.state === "answering");
    const scratch = join(jobs.temporary, readdirSync(jobs.temporary)[0] ?? "");
    const own = execFileSync("pgrep", ["-P", String(jobs.child("controller").pid), "-f", scratch], {
      encoding: "utf8",
    });
    process.kill(Number(own.trim()), "SIGKILL");
    const { controller } = await jobs.until(({ controller }) => controller.state === "failed");
    expect(JSON.stringify(controller)).to.match(/The ipyparallel controller on .* has ended by SIGKILL/);
    expect(await jobs.ended("controller")).to.equal(1);
    jobs.start(["engines"]);
    expect(await jobs.ended("engines 1")).to.equal(1);
    expect(jobs.logs()["engines-1.1.log"]).to.match(/There is no controller to connect to: .*SIGKILL/);
    expect(readdirSync(jobs.temporary)).to.deep.equal([]);
  });

  describe("when an engine dies", () => {
    const engineOf = (task: number) =>
      Number(execFileSync("pgrep", ["-P", String(jobs.child(`engines ${task}`).pid)], { encoding: "utf8" }).trim());

    it("start it again under its number, tell so, and lose no task that it gets then", async () => {
      jobs.start(["controller", "engines"]);
      await jobs.until(({ engines }) => engines.size === 2);
      process.kill(engineOf(1), "SIGKILL");
      await jobs.until(({ engines }) => engines.get(1) === "lost");
      await jobs.until(({ engines }) => engines.get(1) === "restarted");
      expect(jobs.logs()["engines-1.1.log"]).to.match(
        /hpcnb: engine 1 on \S+ has ended by SIGKILL, and is started again \(1 of 3\)/,
      );
      // Longer than the hub looks for what has died with the old engine.
      const code = `
import ipyparallel, json, sys, time
client = ipyparallel.Client(json.load(sys.stdin))
print(client.ids, client[0].apply_sync(lambda: __import__("time").sleep(12) or "whole"))`;
      const { client } = jobs.records()[1] as unknown as { client: object };
      const answer = execFileSync(join(venv, "bin/python"), ["-c", code], {
        input: JSON.stringify(client),
        env: jobs.environment(),
        encoding: "utf8",
      });
      expect(answer).to.equal("[0, 1] whole\n");
    });

    it("do not start it without end", async () => {
      await startAnother({ restarts: 0 });
      await jobs.until(({ engines }) => engines.size === 1);
      process.kill(engineOf(1), "SIGKILL");
      expect(await jobs.ended("engines 1")).to.equal(1);
      expect(jobs.logs()["engines-1.1.log"]).to.match(/has ended by SIGKILL, and is not started again$/m);
    });
  });

  it("end idle engines when fewer are wanted, and busy ones once they are idle", async () => {
    jobs.start(["controller", "engines"]);
    await jobs.until(({ engines }) => engines.size === 2);
    const { client } = jobs.records()[1] as unknown as { client: object };
    const [begun, end] = [join(jobs.root, "begun"), join(jobs.root, "end")];
    const busy = spawn(
      join(venv, "bin/python"),
      [
        "-c",
        `
import ipyparallel, json, sys

def work(begun, end):
    import os, time
    open(begun, "w").close()
    while not os.path.exists(end):
        time.sleep(0.02)
    return "whole"

client = ipyparallel.Client(json.load(sys.stdin))
result = client[1].apply_async(work, *sys.argv[1:])
# The task may be there before the hub has heard of it.
while not client.queue_status()[1]["queue"]:
    pass
print("known", flush=True)
print(result.get())`,
        begun,
        end,
      ],
      { env: jobs.environment(), stdio: ["pipe", "pipe", "inherit"] },
    );
    const exit = once(busy, "exit");
    busy.stdin.end(JSON.stringify(client));
    const words: string[] = [];
    busy.stdout.on("data", (data) => words.push(String(data)));
    await once(busy.stdout, "data");
    await jobs.until(() => existsSync(begun));
    const setTarget = (wanted: number) => {
      const { run, cluster } = jobs.context;
      if (!cluster) throw new Error("no cluster");
      const { path, text } = workload.targets(run, cluster, [{ ranges: [{ first: 1, last: 2 }], wanted }]);
      writeFileSync(path, text, { flag: "r+" });
    };
    setTarget(1);
    // The higher number would go first, but it works.
    await jobs.until(({ engines }) => engines.get(1) === "retired");
    expect(await jobs.ended("engines 1")).to.equal(0);
    setTarget(0);
    writeFileSync(end, "");
    await jobs.until(({ engines }) => engines.get(2) === "retired");
    expect(await jobs.ended("engines 2")).to.equal(0);
    expect((await exit)[0]).to.equal(0);
    expect(words.join("")).to.equal("known\nwhole\n");
  });

  it("can have the controller inside the notebook job", async () => {
    await jobs.dispose();
    const cluster = makeCluster(2, { controller: "notebook" });
    jobs = new Jobs(makeSession({ cluster, notebook: { environment: { venv } } }), { runsOnHost: false });
    jobs.start(["notebook", "engines"]);
    await jobs.until(({ engines, notebook }) => engines.size === 2 && notebook.state === "answering");
    jobs.child("notebook").kill("SIGTERM");
    expect(await jobs.ended("notebook")).to.equal(0);
    await jobs.until(({ controller }) => controller.state === "ended");
  });
});
