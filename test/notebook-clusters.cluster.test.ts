import { expect } from "chai";
import { hasChromium, keepPicture, onLaptopsChromium } from "./support/browser.js";
import { type Cluster, openHomes, projectDirectory, startCluster, until } from "./support/cluster.js";
import { itOnce, type SiteScheduler, siteSchedulers } from "./support/schedulers.js";

const sessionFile = (scheduler: SiteScheduler) => `name: rnaseq
${scheduler.line}
host: login
notebook: { directory: ~/rnaseq, environment: { venv: /home/shared/venv } }
resources: { memory: 4G, walltime: 1h }
cluster: { engines: 1, resources: { memory: 4G } }
`;

interface ClusterModel {
  readonly id: string;
  readonly cluster: { readonly cluster_id: string };
  readonly controller?: unknown;
  readonly engines: { readonly n: number };
  readonly cluster_file: string;
}

/** Milliseconds. The side bar asks the server ever less often, in the end once a minute. */
const sideBarLimit = 120_000;

/** What a user does in cells and in JupyterLab's side bar, on nodes that see files late. */
for (const scheduler of siteSchedulers) {
  describe(`a cluster started in the notebook, on ${scheduler.title}`, function () {
    this.timeout(180_000);
    notebookClusterOn(scheduler);
  });
}

function notebookClusterOn(scheduler: SiteScheduler): void {
  let cluster: Cluster;
  let url: string;

  const fromLaptop = (...argv: string[]) => cluster.ok("laptop", argv);
  const cells = (...texts: string[]) => cluster.cells(url, ...texts);
  /** The last line that one cell prints. */
  const print = async (cell: string) => (await cluster.print(url, cell)).split("\n").at(-1) ?? "";
  const failure = async (cell: string) => (await cells(cell))[0]?.error ?? "no error";
  const request = async (method: string, path: string, body?: object): Promise<string> => {
    const { origin, searchParams } = new URL(url);
    return await fromLaptop(
      ...["curl", "--silent", "--request", method, "--header", `authorization: token ${searchParams.get("token")}`],
      ...(body ? ["--data", JSON.stringify(body)] : []),
      `${origin}${path}`,
    );
  };
  /** As the side bar asks the server. */
  const ask = (method: string, path: string, body?: object) => request(method, `/ipyparallel/clusters${path}`, body);
  const sideBar = async (): Promise<ClusterModel[]> => JSON.parse(await ask("GET", ""));
  const ids = () => cluster.jobIds();
  const untilJobs = (count: number) => until(`${count} jobs`, ids, { fact: ({ length }) => length === count });
  const own = 3;
  const once = itOnce(scheduler);

  before(async function () {
    cluster = await startCluster(this, "notebook", scheduler);
    await openHomes(cluster);
    await cluster.testbed.fault("storage-lag");
    await cluster.write("laptop", "project/session.yaml", sessionFile(scheduler));
    url = (await fromLaptop("hpcnb", "up", "project/session.yaml")).trim();
  });

  after(() => cluster?.testbed.down());

  it("has all its engines, on several nodes, beside the session's own", async () => {
    const [started, used] = await cells(
      'import ipyparallel, socket\ncluster = ipyparallel.Cluster(profile="rnaseq", n=4)\nclient = cluster.start_and_connect_sync()',
      "print(sorted(client.ids), len(set(client[:].apply_sync(socket.gethostname))))",
    );
    expect(started?.error, started?.text).to.equal(undefined);
    expect(used?.text).to.match(/^\[0, 1, 2, 3\] [2-4]\n$/);
    expect(await print('print(ipyparallel.Client(profile="rnaseq").ids)')).to.equal("[0]");
    const byId = 'print(ipyparallel.Client(profile="rnaseq", cluster_id=cluster.cluster_id).ids)';
    expect(await print(byId)).to.equal("[0, 1, 2, 3]");
  });

  it("is listed under the session's name, the controller as a job and the engines as an array", async () => {
    const ofCluster = (await cluster.listedJobs()).filter(({ name }) => /-[a-z0-9]{10}-[0-9a-f]{6}$/.test(name));
    expect(ofCluster.map(({ name }) => name.split("-")[1])).to.deep.equal(["controller", ...Array(4).fill("engines")]);
    const [controller, engines] = new Set(ofCluster.map(({ id }) => id));
    expect(await cluster.ok("login", scheduler.show(controller ?? ""))).not.to.match(scheduler.asked.array);
    expect(await cluster.ok("login", scheduler.show(engines ?? ""))).to.match(scheduler.asked.array);
  });

  it("leaves no key where another user can read it", async () => {
    const known = 'import json\nknown = cluster.controller.read()["client"]\n';
    const keys = JSON.parse(
      await print(`${known}print(json.dumps([known[k] for k in ("key", "curve_serverkey") if known.get(k)]))`),
    ) as string[];
    expect(keys).to.have.length.greaterThan(0);
    const spy = `${scheduler.spy}; ps -efww`;
    const heard: string[] = [];
    for (const host of ["login", ...cluster.testbed.nodes]) {
      heard.push((await cluster.testbed.exec(host, "bob", ["sh", "-c", spy, "sh", ...(await ids())])).stdout);
    }
    // The neighbour does see what may be seen.
    for (const word of ["hpcnb-notebook_cluster_engine", scheduler.seen]) expect(heard.join("\n")).to.include(word);
    expect(heard.join("\n").includes("#: hpcnb_programs/notebook_cluster_controller.py")).to.equal(
      scheduler.openScripts,
    );
    for (const key of keys) expect(heard.some((text) => text.includes(key))).to.equal(false);
    // Nothing on the way keeps bob out but the modes of hpcnb's own directories.
    const asBob = (...argv: string[]) => cluster.testbed.exec("login", "bob", argv);
    expect((await asBob("ls", projectDirectory)).stdout).to.include("monte-carlo.ipynb");
    const modes = ["", "/ipython", "/ipython/profile_rnaseq", "/ipython/profile_rnaseq/security"].map(
      (path) => `${projectDirectory}/.hpcnb${path}`,
    );
    expect(await cluster.ok("login", ["stat", "--format=%a", ...modes])).to.equal("700\n".repeat(modes.length));
    for (const path of modes) expect((await asBob("ls", path)).stderr, path).to.include("Permission denied");
  });

  it("writes nothing into the user's home, nor beside the notebooks", async () => {
    expect((await cluster.ok("login", ["ls", "."])).split(/\s+/).filter(Boolean)).to.deep.equal(["rnaseq"]);
    const files = (await cluster.ok("login", ["ls", "rnaseq"]))
      .split("\n")
      .filter((name) => /sge|slurm|ip(controller|engine)/.test(name));
    expect(files).to.deep.equal([]);
  });

  it("takes more engines, and ends with its jobs", async () => {
    expect(
      await print("cluster.start_engines_sync(1)\nclient.wait_for_engines(5, interactive=False)\nprint(len(client))"),
    ).to.equal("5");
    await print("cluster.stop_cluster_sync()");
    await untilJobs(own);
  });

  once("does not touch the session's own cluster, which is refused in a sentence", async () => {
    const sentence = "is the session's own, which `hpcnb up` starts and `hpcnb down` ends";
    expect(await failure('ipyparallel.Cluster(profile="rnaseq", cluster_id="").start_cluster_sync()')).to.include(
      sentence,
    );
    expect(await failure('ipyparallel.Cluster.from_file(profile="rnaseq").stop_cluster_sync()')).to.include(sentence);
    expect((await sideBar()).map(({ id }) => id)).to.include("rnaseq:");
    expect(JSON.parse(await ask("DELETE", "/rnaseq:")).message).to.include(sentence);
    expect(await print('print(ipyparallel.Cluster.from_file(profile="rnaseq").connect_client_sync().ids)')).to.equal(
      "[0]",
    );
  });

  it("is made, started, used and stopped through what the side bar asks the server", async () => {
    expect((await sideBar()).find(({ id }) => id === "rnaseq:")).to.have.property("controller");
    const made = JSON.parse(await ask("POST", "", { profile: "rnaseq", n: 2 })) as ClusterModel;
    expect(made.cluster.cluster_id).not.to.equal("");
    const started = JSON.parse(await ask("POST", `/${made.id}`, { n: 2 })) as ClusterModel;
    expect(started.engines.n).to.equal(2);
    // The code that the side bar puts into a notebook.
    const code = `side = ipyparallel.Cluster.from_file(${JSON.stringify(made.cluster_file)})\nrc = side.connect_client_sync()\nrc.wait_for_engines(2, interactive=False)\nprint(rc.ids)`;
    expect(await print(code)).to.equal("[0, 1]");
    expect(await ask("DELETE", `/${made.id}`)).to.equal("");
    await untilJobs(own);
    // The kernel has opened the cluster, too, and notices its end a moment later.
    await until("the cluster is forgotten", async () => (await sideBar()).map(({ id }) => id), {
      fact: (ids) => !ids.includes(made.id),
      seconds: 120,
    });
  });

  once("is started and stopped in JupyterLab's side bar", async function () {
    this.timeout(420_000);
    if (!hasChromium()) this.skip(); // needs Chromium
    await onLaptopsChromium(cluster.testbed, async (browser) => {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
      await page.goto(url);
      await page.locator('.lm-TabBar-tab[data-id="ipp-cluster-launcher"]').first().click({ timeout: 60_000 });
      const item = (id: string) => page.locator(`.ipp-ClusterListingItem[data-cluster-id${id}]`);
      await item('="rnaseq:"').getByText("State: running").waitFor({ timeout: sideBarLimit });
      await page.locator('[title="Start New Cluster"]').first().click();
      const field = (name: string) =>
        page.locator(".ipp-DialogSection-item").filter({ hasText: name }).locator("input");
      await field("Profile").fill("rnaseq");
      await field("Cluster ID").fill("side");
      await field("Engines").fill("2");
      await page.locator(".jp-Dialog .jp-mod-accept").click();
      await item('="rnaseq:side"').locator(".ipp-ClusterListingItem-start").click();
      await item('="rnaseq:side"').getByText("State: running").waitFor({ timeout: sideBarLimit });
      await keepPicture(page, "clusters-side-bar");
      const count =
        'rc = ipyparallel.Client(profile="rnaseq", cluster_id="side")\nrc.wait_for_engines(2, interactive=False)\nprint(len(rc))';
      expect(await print(count)).to.equal("2");
      await item('="rnaseq:side"').locator(".ipp-ClusterListingItem-stop").click();
      await untilJobs(own);
    });
  });

  once("says in a sentence that the notebook's host may not submit", async () => {
    const host = await print("print(socket.gethostname())");
    await cluster.asRoot("qconf", "-ds", host);
    try {
      const words = new RegExp(
        `On ${host} no job could be submitted: .*${host}.*submit host.*permission to submit jobs from there`,
      );
      expect(await failure('ipyparallel.Cluster(profile="rnaseq", n=1).start_cluster_sync()')).to.match(words);
      await ask("POST", "", { profile: "rnaseq", cluster_id: "refused", n: 1 });
      expect(JSON.parse(await ask("POST", "/rnaseq:refused", { n: 1 })).message).to.match(words);
    } finally {
      await cluster.asRoot("qconf", "-as", host);
    }
    expect(await ids()).to.have.lengthOf(own);
  });

  it("ends with the kernel that started it", async () => {
    await print('cluster = ipyparallel.Cluster(profile="rnaseq", n=1)\ncluster.start_cluster_sync()\nprint()');
    expect(await ids()).to.have.lengthOf(own + 2);
    const [kernel] = JSON.parse(await request("GET", "/api/kernels")) as { id: string }[];
    await request("DELETE", `/api/kernels/${kernel?.id}`);
    await untilJobs(own);
  });

  it("ends with the session, also when its kernel could not end it", async () => {
    await print(
      'import ipyparallel\nclient = ipyparallel.Cluster(profile="rnaseq", n=1, shutdown_atexit=False).start_and_connect_sync()\nprint()',
    );
    expect(await ids()).to.have.lengthOf(own + 2);
    const { exitCode, stderr } = await cluster.run("laptop", ["hpcnb", "down", "project/session.yaml"]);
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.include(`${own + 2} jobs ended`);
    expect(await cluster.jobs()).to.equal("");
  });
}
