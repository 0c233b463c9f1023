import { expect } from "chai";
import { type Cluster, openHomes, projectDirectory, startCluster, until } from "./support/cluster.js";
import { tryStrangers } from "./support/strangers.js";

const file = "project/session.yaml";

const sessionFile = (kind: string) => `name: rnaseq
scheduler: sge
host: login
notebook: { directory: ~/rnaseq, environment: { venv: /home/shared/venv } }
cluster: { engines: 2 }
tunnel: { kind: ${kind} }
`;

/** Sites where nobody may log in to a node by ssh. */
describe("a notebook on a node that lets no ssh in", function () {
  this.timeout(240_000);
  let cluster: Cluster;

  const hpcnb = (...args: string[]) => cluster.run("laptop", ["hpcnb", ...args]);
  const ok = (...args: string[]) => cluster.ok("laptop", ["hpcnb", ...args]);
  const status = async () => JSON.parse((await hpcnb("status", file, "--json")).stdout || "{}");
  const answer = async (url: string) =>
    (await cluster.run("laptop", ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", url]))
      .stdout;
  const asBob = (host: string, argv: readonly string[], stdin = "") =>
    cluster.testbed.exec(host, "bob", argv, { stdin, timeoutMs: 120_000 });

  before(async function () {
    this.timeout(1_200_000);
    cluster = await startCluster(this, "anynetwork");
    await openHomes(cluster);
    // The user's own wish, so that the loss of a network is noticed after seconds.
    await cluster.write("laptop", ".ssh/config", "Host *\n  ServerAliveInterval 2\n  ConnectTimeout 4\n");
    await cluster.ok("laptop", ["chmod", "600", ".ssh/config"]);
    await cluster.testbed.fault("no-ssh-to-nodes");
  });
  after(() => cluster?.testbed.down());

  describe("by relay", () => {
    let url: string;

    before(async () => {
      await cluster.write("laptop", file, sessionFile("relay"));
    });

    it("comes up, and answers on the laptop", async () => {
      url = (await ok("up", file)).trim();
      expect(await status()).to.include({ phase: "up", tunnel: "relay" });
      expect(await answer(url)).to.equal("200");
    });

    it("opens again by itself on the same port after the network was cut", async () => {
      await cluster.testbed.fault("cut");
      await until("the tunnel's loss in status", status, { fact: ({ tunnelHealing }) => tunnelHealing, seconds: 90 });
      await cluster.testbed.heal();
      await cluster.testbed.fault("no-ssh-to-nodes");
      await until("the same URL answers again", () => answer(url), { fact: (code) => code === "200", seconds: 120 });
      expect(await status()).to.include({ phase: "up", tunnel: "relay" });
    });

    it("gives strangers nothing, from any host", async () => {
      // Another run, so that there are keys that were good once.
      await ok("down", file);
      url = (await ok("up", file)).trim();
      const { host, port, old } = await relayOf();
      const asked = JSON.stringify({ host, port, other: old });
      for (const from of cluster.testbed.hosts.filter((name) => name !== "laptop")) {
        const { exitCode, stdout, stderr } = await asBob(from, ["python3", "-c", tryStrangers], asked);
        expect(exitCode, stderr).to.equal(0);
        expect(JSON.parse(stdout), from).to.deep.equal({
          port: "open",
          plain: "nothing of HTTP",
          "without a certificate": "refused",
          "with a certificate of another run": "refused",
          "by TLS 1.2": "refused",
        });
      }
    });

    it("leaves no job and no open port when it is taken down", async () => {
      const { host, port } = await relayOf();
      await ok("down", file);
      expect(await cluster.jobs()).to.equal("");
      await until("the port is closed", () => asBob("login", ["bash", "-c", `exec 3<>/dev/tcp/${host}/${port}`]), {
        fact: ({ exitCode }) => exitCode !== 0,
      });
    });
  });

  /** Where the relay listens, and the keeper's keys of another run. */
  async function relayOf(): Promise<{ host: string; port: number; old: object }> {
    const records = async (name: string) => {
      const find = 'cat $(ls -t "$1"/.hpcnb/runs/*/"$2")';
      const text = await cluster.ok("login", ["sh", "-c", find, "sh", projectDirectory, name]);
      return text.match(/.{4095}\n/gs)?.map((record) => JSON.parse(record.slice(0, -65))) ?? [];
    };
    const [{ host, relay }] = await records("notebook.record");
    return { host, port: relay.port, old: (await records("tunnel-keeper.record")).at(-1) };
  }
});
