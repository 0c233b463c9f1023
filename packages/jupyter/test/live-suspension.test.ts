import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { Jobs } from "./helpers/jobs.js";

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** Names and numbers of the programs, and what they are here: nobody is to wait for a minute. */
const sooner: Readonly<Record<string, string>> = {
  "ENGINE_SILENCE = 20_000": "ENGINE_SILENCE = 4_000",
  "CONTROLLER_SILENCE = 35_000": "CONTROLLER_SILENCE = 4_000",
  "GAP = 5.0": "GAP = 3.0",
};

function change(script: string): string {
  let changed = script;
  for (const [text, other] of Object.entries(sooner)) changed = changed.replace(text, other);
  return changed;
}

describe("a controller and its engines that are suspended or warned", () => {
  let jobs: Jobs;
  let venv: string;
  const engines = ["engines 1", "engines 2"];
  const all = ["notebook", "controller", ...engines];

  /** What a client prints. */
  const ask = (code: string) =>
    execFileSync(
      join(venv, "bin/python"),
      ["-c", `import ipyparallel, json, sys\nclient = ipyparallel.Client(json.load(sys.stdin))\n${code}`],
      {
        input: JSON.stringify((jobs.records()[1] as unknown as { client: object }).client),
        env: jobs.environment(),
        encoding: "utf8",
        timeout: 60_000,
      },
    );
  const remembered = `print(client[:].apply_sync(lambda: globals().get("kept")))`;
  const send = (names: readonly string[], signal: NodeJS.Signals) => {
    for (const name of names) jobs.signal(name, signal);
  };

  beforeEach(async function () {
    venv = venvFrom("HPCNB_TEST_VENV", this);
    jobs = new Jobs(makeSession({ cluster: makeCluster(2), notebook: { environment: { venv } } }), {
      runsOnHost: false,
      change,
    });
    jobs.start(all.map((name) => name.replace(/ .*/, "")));
    await jobs.until((reports) => reports.engines.size === 2 && reports.notebook.state === "answering");
    ask(`client[:].push({"kept": 42}, block=True)`);
  });
  afterEach(async () => {
    // Undefined when the tests were skipped.
    if (!jobs) return;
    send(
      all.filter((name) => jobs.child(name).exitCode === null),
      "SIGCONT",
    );
    await jobs.dispose();
  });

  it("start an engine again that was forgotten meanwhile, under its number, and keep the other", async () => {
    send(["engines 1"], "SIGSTOP");
    await jobs.until((reports) => reports.engines.get(1) === "lost");
    send(["engines 1"], "SIGCONT");
    await jobs.until((reports) => reports.engines.get(1) === "restarted");
    expect(jobs.logs()["engines-1.1.log"]).to.match(/has forgotten it. It is started again, with an empty memory/);
    expect(ask(`print(client.ids)\n${remembered}`)).to.equal("[0, 1]\n[None, 42]\n");
  });

  it("bear the suspension of the controller, however long it lasts", async () => {
    send(["controller"], "SIGSTOP");
    await seconds(15);
    send(["controller"], "SIGCONT");
    expect(ask(remembered)).to.equal("[42, 42]\n");
    expect([...(await jobs.until(() => true)).engines.values()]).to.deep.equal(["registered", "registered"]);
  });

  it("are as they were when all were suspended at once", async () => {
    send(all, "SIGSTOP");
    await seconds(15);
    send(all, "SIGCONT");
    expect(ask(remembered)).to.equal("[42, 42]\n");
  });

  it("go on when they are warned, and say so once", async () => {
    const warnings = ["SIGUSR1", "SIGUSR2", "SIGXCPU"] as const;
    for (const signal of [...warnings, ...warnings, "SIGHUP", "SIGTSTP", "SIGTTIN", "SIGTTOU"] as const)
      send(all, signal);
    expect(ask(remembered)).to.equal("[42, 42]\n");
    const { notebook, controller } = await jobs.until(() => true);
    expect([notebook.state, controller.state]).to.deep.equal(["answering", "answering"]);
    for (const name of all) expect(jobs.child(name).exitCode, name).to.equal(null);
    const logs = ["notebook.log", "controller.log", "engines-1.1.log", "engines-1.2.log"];
    const said = () =>
      logs.flatMap((name) => warnings.map((signal) => jobs.logs()[name]?.split(`hpcnb: ${signal} came`).length));
    await jobs.until(() => said().every((parts) => parts !== undefined && parts > 1));
    expect(said()).to.deep.equal(Array(logs.length * warnings.length).fill(2));
  });
});
