import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { Jobs } from "./helpers/jobs.js";
import { processesWith } from "./helpers/processes.js";
import { makeSession } from "./helpers/session.js";

describe("a controller and its engines, really run", function () {
  this.timeout(60_000);
  let jobs: Jobs;
  let venv: string;

  beforeEach(function () {
    venv = venvFrom("HPCNB_TEST_VENV", this);
    const cluster = { engines: 2, minimum: 1, resources: {} };
    jobs = new Jobs(makeSession({ cluster, notebook: { environment: { venv } } }), { runsOnHost: false });
  });
  afterEach(() => jobs?.dispose());

  it("speak encrypted with other hosts, and count an engine that has gone", async () => {
    jobs.start(["controller", "engines"]);
    await jobs.until(({ registered }) => registered.tasks.length === 2);
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
    expect((await jobs.until(({ registered }) => registered.tasks.length === 1)).registered.tasks).to.deep.equal([2]);
  });

  it("find each other when the engines were there first", async () => {
    jobs.start(["engines"]);
    await jobs.until(() =>
      [1, 2].every((task) => jobs.logs()[`engine.${task}.log`]?.includes("waits for the controller")),
    );
    jobs.start(["controller"]);
    await jobs.until(({ registered }) => registered.tasks.length === 2);
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
    expect(jobs.logs()["engine.1.log"]).to.match(/There is no controller to connect to: .*SIGKILL/);
    expect(readdirSync(jobs.temporary)).to.deep.equal([]);
  });
});
