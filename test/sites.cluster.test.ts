import { readFileSync } from "node:fs";
import { expect } from "chai";
import { type Cluster, startCluster } from "./support/cluster.js";
import { siteSchedulers } from "./support/schedulers.js";

const engines = 2;

const example = (name: string) => readFileSync(new URL(`../examples/sites/${name}.yaml`, import.meta.url), "utf8");

const onLaptop = { sge: "grid-engine", slurm: "slurm" } as const;

/** What a user has to write where the site is described: the examples, as they are. */
for (const site of siteSchedulers)
  describe(`a session file of two lines, on ${site.title}`, function () {
    this.timeout(300_000);
    let cluster: Cluster;

    const session = `notebook: { directory: ~/rnaseq }\ncluster: { engines: ${engines} }\n`;
    const file = "project/session.yaml";
    const ok = (host: string, ...args: string[]) => cluster.ok(host, ["hpcnb", ...args]);
    const asRootOn = async (host: string, program: string, stdin = "") => {
      const { exitCode, stderr } = await cluster.testbed.exec(host, "root", ["sh", "-c", program], { stdin });
      expect(exitCode, stderr).to.equal(0);
    };
    /** For all users of the machine; it is then the only one there. */
    const install = (host: string, name: string) =>
      asRootOn(
        host,
        `rm -rf /etc/hpcnb && mkdir -p /etc/hpcnb/sites && cat > /etc/hpcnb/sites/${name}.yaml`,
        example(name),
      );
    /** What this user adds to it. */
    const complete = (host: string, name: string, text = "") =>
      cluster.write(
        host,
        `.config/hpcnb/sites/${name}.yaml`,
        `notebook: { environment: { venv: /home/shared/venv } }\n${text}`,
      );
    const statusOn = async (host: string) => JSON.parse(await ok(host, "status", file, "--json"));

    before(async function () {
      cluster = await startCluster(this, "sites", site);
      for (const host of ["laptop", "login"]) await cluster.write(host, file, session);
    });

    afterEach(async () => {
      await cluster?.testbed.heal();
      for (const host of ["laptop", "login"]) await cluster?.ok(host, ["rm", "-rf", ".config/hpcnb"]);
    });
    after(() => cluster?.testbed.down());

    it("is enough where the site is described on the laptop", async () => {
      const name = onLaptop[site.name];
      await install("laptop", name);
      await complete("laptop", name, "host: login\n");
      const explained = await ok("laptop", "validate", file, "--explain");
      expect(explained).to.match(/^resources\.memory +2G +\/etc\/hpcnb\/sites\/\S+\.yaml:\d+$/m);
      expect(explained).to.match(/^host +login +\/home\/alice\/\.config\/hpcnb\/sites\/\S+\.yaml:2$/m);
      const url = (await ok("laptop", "up", file, "--json").then(JSON.parse)).url;
      const view = await statusOn("laptop");
      expect(view).to.deep.include({ phase: "up", site: name });
      expect(view.engines).to.include({ registered: engines });
      const code = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", url];
      expect(await cluster.ok("laptop", code)).to.equal("200");
      const { exitCode, stderr } = await cluster.run("laptop", ["hpcnb", "scale", file, "501"]);
      expect(exitCode, stderr).to.equal(2);
      expect(stderr).to.include("help: Write to hpc-help@example.org");
      await ok("laptop", "down", file);
      expect(await cluster.jobs()).to.equal("");
    });

    if (site.name === "sge")
      it("is enough on the submit node of a site whose nodes let nobody in", async () => {
        const name = "no-ssh-to-nodes";
        await install("login", name);
        await complete("login", name);
        await cluster.testbed.fault("no-ssh-to-nodes");
        await ok("login", "up", file);
        const view = await statusOn("login");
        expect(view).to.deep.include({ phase: "up", site: name });
        expect(view.engines).to.include({ registered: engines });
        await ok("login", "down", file);
        expect(await cluster.jobs()).to.equal("");
      });
  });
