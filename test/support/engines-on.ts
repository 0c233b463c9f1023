import { existsSync } from "node:fs";
import { expect } from "chai";
import { type Cluster, projectDirectory, startCluster, until } from "./cluster.js";
import { itOnce, type SiteScheduler } from "./schedulers.js";

const faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/**
 * Notebook, controller and the group "late" are on node2, whose clock is an hour ahead; the others
 * may be on node1 and node3.
 */
const sessionFile = ({ line, onNodes }: SiteScheduler) => `name: rnaseq
${line}
host: login
notebook:
  directory: ~/rnaseq
  environment:
    venv: /home/shared/venv
    variables: [FLAVOUR, NOT_SET_HERE]
    setup: |
      case $(hostname) in
        node2) export LD_PRELOAD=${faketime} FAKETIME=+1h ;;
      esac
resources: { memory: 4G, walltime: 1h, ${onNodes("node2")} }
cluster:
  resources: { memory: 4G }
  groups:
    - { name: late, engines: 1, resources: { ${onNodes("node2")} } }
    - { name: others, engines: 4, resources: { ${onNodes("node1", "node3")} } }
`;

interface Status {
  readonly phase: string;
  readonly why?: string;
  readonly startedAt?: string;
  readonly engines: Readonly<Record<string, number>>;
  readonly groups: readonly object[];
  readonly storage?: object;
  readonly differences?: readonly { engine: number; problem: string; host?: string; log?: string }[];
  readonly jobs: readonly { role: string; id: string; engines?: string }[];
}

/** Declares what becomes of engines there, whatever happens to them. */
export function describeEnginesOn(scheduler: SiteScheduler): void {
  describe(`engines on ${scheduler.title}`, function () {
    this.timeout(180_000);
    enginesOn(scheduler);
  });
}

function enginesOn(scheduler: SiteScheduler): void {
  let cluster: Cluster;
  let url: string;

  const hpcnb = (...args: string[]) => cluster.run("laptop", ["env", "FLAVOUR=sweet & sour", "hpcnb", ...args]);
  const file = "project/session.yaml";
  const once = itOnce(scheduler);
  const up = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await hpcnb("up", file, ...args);
    expect(exitCode, stderr).to.equal(0);
    url = stdout.trim();
    return stderr;
  };
  /** Ends what an earlier test has left, and writes the file of the next session. */
  const begin = async (text: string) => {
    await hpcnb("down", file);
    await cluster.write("laptop", file, text);
  };
  const scale = async (...counts: string[]) => {
    const { exitCode, stderr } = await hpcnb("scale", file, ...counts);
    expect(exitCode, stderr).to.equal(0);
    const [first, ...lines] = stderr.trim().split("\n");
    expect(first).to.include("looking for its engines");
    return lines;
  };
  const status = async (): Promise<Status> =>
    JSON.parse(await cluster.ok("laptop", ["hpcnb", "status", file, "--json"]));
  const untilStatus = (what: string, fact: (status: Status) => boolean) => until(what, status, { fact });
  const print = (cell: string) => cluster.print(url, cell);
  const client = 'import ipyparallel, json, os\nclient = ipyparallel.Client(profile="rnaseq")\n';

  before(async function () {
    if (!existsSync(faketime)) this.skip(); // needs Debian's libfaketime
    cluster = await startCluster(this, "engines", scheduler);
    await cluster.write("laptop", file, sessionFile(scheduler));
    await cluster.write("login", "session.yaml", sessionFile(scheduler).replace("host: login\n", ""));
  });

  // One test that fails midway is not to break those that follow.
  afterEach(async () => {
    await cluster?.testbed.heal();
    await cluster?.asRoot(...scheduler.open);
  });

  after(() => cluster?.testbed.down());

  it("arrive in all groups, where the clock of one host is an hour ahead", async () => {
    expect(await up()).to.include("engines: 5 of 5 registered");
    const facts =
      'lambda: [*map(__import__("os").environ.get, ("HPCNB_GROUP", "HPCNB_ENGINE")), __import__("time").time()]';
    const seen = JSON.parse(await print(`${client}print(json.dumps(client[:].apply_sync(${facts})))`)) as [
      string,
      string,
      number,
    ][];
    expect(seen.map(([group, number]) => `${group} ${number}`)).to.deep.equal([
      ...["late 1", "others 2", "others 3", "others 4", "others 5"],
    ]);
    const ahead = (seen[0]?.[2] ?? 0) - (seen[1]?.[2] ?? 0);
    expect(ahead).to.be.within(3590, 3610);
    const { groups, startedAt } = await status();
    expect(Date.parse(startedAt ?? ""), "by the scheduler's clock").to.be.within(Date.now() - 300_000, Date.now());
    expect(groups).to.deep.equal([
      { name: "late", asked: 1, registered: 1 },
      { name: "others", asked: 4, registered: 4 },
    ]);
  });

  it("and the notebook have the variables that the session exports, which no scheduler was told", async () => {
    const ask = 'lambda: [__import__("os").environ.get(n) for n in ("FLAVOUR", "NOT_SET_HERE")]';
    const answer = await print(`${client}print(json.dumps([client[1].apply_sync(${ask}), (${ask})()]))`);
    expect(JSON.parse(answer)).to.deep.equal([
      ["sweet & sour", null],
      ["sweet & sour", null],
    ]);
    for (const id of await cluster.jobIds())
      expect(await cluster.ok("login", scheduler.show(id))).not.to.include("sweet & sour");
  });

  it("become more by another array, and fewer by those that are idle, while the notebook goes on", async () => {
    const [change, ...progress] = await scale("others=6", "--wait");
    expect(change).to.equal("engines of others: 4 before, 6 now; 2 are submitted as another array.");
    expect(progress.at(-1)).to.match(/s {2}engines: 7 of 7 registered$/);
    expect(await print(`${client}print(client.ids)`)).to.equal("[0, 1, 2, 3, 4, 5, 6]");
    await print(`${client}${busyUntilReleased}`);
    expect(await scale("others=2")).to.deep.equal(["engines of others: 6 before, 2 now; 4 will end when idle."]);
    const now = await untilStatus(
      "3 registered and running",
      ({ engines }) => engines.running === 3 && engines.registered === 3,
    );
    const { startedAt: _, ...counts } = now.engines as Record<string, unknown>;
    expect(counts).to.deep.equal({
      ...{ asked: 3, queued: 0, starting: 0, running: 3, suspended: 0, failed: 0, registered: 3, lost: 0 },
    });
    expect(await print("print(result.ready())"), "that it works still").to.equal("False");
    await cluster.write("login", `${projectDirectory}/released`, "");
    expect(await print("print(result.get(timeout=30))")).to.equal("whole");
    // The highest numbers go first, but not one that works.
    expect(await print(`${client}print(client.ids)`)).to.equal("[0, 1, 6]");
    const { exitCode, stderr } = await hpcnb("scale", file, "3");
    expect(exitCode, stderr).to.equal(2);
    expect(stderr).to.include("several groups of engines: late, others");
  });

  once("are started again when they die, and that is told with host and log", async () => {
    const killed = await print(
      `${client}import signal\nengine = client[1]\nhost = engine.apply_sync(__import__("socket").gethostname)\nengine.apply_async(lambda: __import__("os").kill(__import__("os").getpid(), 9))\nprint(host)`,
    );
    const now = await untilStatus(
      "engine 2 is back",
      ({ engines, differences }) =>
        engines.registered === 3 && (differences ?? []).some(({ problem }) => problem.includes("started again")),
    );
    expect(now.phase).to.equal("up");
    expect(now.differences).to.deep.equal([
      {
        engine: 2,
        group: "others",
        problem: "it was started again",
        host: killed,
        log: `hpcnb: engine 2 on ${killed} has ended by SIGKILL, and is started again (1 of 3)`,
      },
    ]);
    expect(await cluster.ok("laptop", ["hpcnb", "logs", file, "engine", "2"])).to.include("has ended by SIGKILL");
  });

  it("of a dead node are told, and others take their place", async () => {
    await scale("others=6");
    await untilStatus("7 registered", ({ engines }) => engines.registered === 7);
    const hosts = JSON.parse(
      await print(`${client}print(json.dumps(client[:].apply_sync(__import__("socket").gethostname)))`),
    ) as string[];
    const dead = hosts.filter((host) => host === "node3").length;
    expect(dead, "engines on node3").to.be.greaterThan(0);
    await cluster.testbed.fault("dead-node", { host: "node3" });
    // As on the submit node, where no ssh is in the way.
    const onLogin = async (): Promise<Status> =>
      JSON.parse(await cluster.ok("login", ["hpcnb", "status", "session.yaml", "--json"]));
    const now = await until("lost", onLogin, { fact: ({ engines }) => engines.lost === dead });
    const there = (now.differences ?? []).filter(({ host }) => host === "node3");
    expect(there).to.have.length(dead);
    for (const { problem } of there)
      expect(problem).to.match(/^the controller no longer hears from it; the scheduler says "(r|R|RUNNING)"$/);
    // A scheduler gives jobs to a dead node until it has not heard of it for a while: five minutes
    // for Grid Engine (max_unheard).
    await cluster.asRoot(...scheduler.close("node3"));
    const [sentence] = await scale("others=6");
    expect(sentence).to.include(`${dead} ${dead === 1 ? "is" : "are"} submitted as another array`);
    await untilStatus("7 registered again", ({ engines }) => engines.registered === 7 && engines.lost === 0);
  });

  it("end by themselves when the controller is gone, and `up` starts a new one beside the same notebook", async () => {
    await scale("others=2");
    const jobs = (await untilStatus("3 registered", ({ engines }) => engines.registered === 3)).jobs;
    const id = (role: string) => jobs.find((job) => job.role === role)?.id ?? "";
    await cluster.ok("login", scheduler.cancel(id("controller")));
    const lost = await untilStatus("degraded", ({ phase }) => phase === "degraded");
    expect(lost.why).to.match(/^controller: /);
    await until("the engines' end", cluster.jobIds, { fact: (ids) => ids.length === 1 });
    expect(await up()).to.match(/a new controller and its engines are started/);
    const now = await status();
    expect(now).to.include({ phase: "up" });
    expect(now.engines).to.include({ asked: 3, registered: 3 });
    expect(now.jobs.find(({ role }) => role === "notebook")?.id).to.equal(id("notebook"));
    expect(await print(`${client}print(client.ids)`)).to.equal("[0, 1, 2]");
    await cluster.ok("laptop", ["hpcnb", "down", file]);
    expect(await cluster.jobs()).to.equal("");
  });

  it("arrive also on storage that is late everywhere, with the controller inside the notebook job", async () => {
    await begin(sessionFile(scheduler).replace("cluster:\n", "cluster:\n  controller: notebook\n"));
    await cluster.testbed.fault("storage-lag");
    await cluster.testbed.fault("storage-lag", { host: "login" });
    expect(await up()).to.include("engines: 5 of 5 registered");
    const { jobs, storage } = await status();
    expect(jobs.map(({ role }) => role)).to.deep.equal(["notebook", "engines", "engines"]);
    expect(storage).to.have.property("strategy", "probe");
    expect(storage).to.have.property("seconds").that.is.within(0, 30);
    expect(storage).to.have.property("controllerSeconds").that.is.a("number");
    await cluster.ok("laptop", ["hpcnb", "down", file]);
  });

  it("are told to have reached their walltime, and `up` starts new ones", async () => {
    const cluster = `{ engines: 2, controller: notebook, resources: { memory: 4G, walltime: ${scheduler.shortWalltime} } }`;
    await begin(`${sessionFile(scheduler).split("cluster:")[0]}cluster: ${cluster}\n`);
    await up();
    const { why } = await until("degraded", status, { fact: ({ phase }) => phase === "degraded", seconds: 150 });
    expect(why).to.match(/^engines: .*its walltime (of \d+ s )?was reached/);
    const said = await up();
    expect(said).to.match(/engines are lost: .*its walltime (of \d+ s )?was reached/);
    expect(said).to.include("engines: 2 of 2 registered");
  });

  once("become more only when that can be written down, and a full disk changes nothing", async () => {
    const own = "late, engines: 1";
    await cluster.ok("login", ["mkdir", "full"]);
    const small = sessionFile(scheduler)
      .replace("~/rnaseq", "~/full")
      .replace(/ +- \{ name: others.*\n/, "");
    expect(small).to.include(own);
    await begin(small);
    await up();
    await cluster.testbed.fault("full-disk");
    const { exitCode, stderr } = await hpcnb("scale", file, "2");
    expect(exitCode, stderr).to.equal(1);
    expect(stderr).to.match(/No space left on device/);
    expect((await status()).engines).to.include({ asked: 1, registered: 1 });
    await cluster.testbed.heal();
    await scale("2");
    await untilStatus("2 registered", ({ engines }) => engines.registered === 2);
    await cluster.ok("laptop", ["hpcnb", "down", file]);
  });
}

/** A task for engine 7 that ends when the test says so; its result stays in the kernel. */
const busyUntilReleased = `
def work():
    import os, time
    while not os.path.exists("${projectDirectory}/released"):
        time.sleep(0.1)
    return "whole"
result = client[6].apply_async(work)
print()`;
