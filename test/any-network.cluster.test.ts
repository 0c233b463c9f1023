import { expect } from "chai";
import { hasChromium, onLaptopsChromium, runExampleNotebook } from "./support/browser.js";
import { type Cluster, openHomes, projectDirectory, startCluster, until } from "./support/cluster.js";
import { findListeners, floodPort, tryDialling, tryStrangers } from "./support/strangers.js";

const file = "project/session.yaml";

const sessionFile = (kind: string) => `name: rnaseq
scheduler: sge
host: login
notebook: { directory: ~/rnaseq, environment: { venv: /home/shared/venv } }
cluster: { engines: 4 }
tunnel: { kind: ${kind} }
`;

/** Sites where nobody may log in to a node by ssh. */
describe("a notebook on a node that lets no ssh in", function () {
  this.timeout(240_000);
  let cluster: Cluster;
  let url: string;

  const hpcnb = (...args: string[]) => cluster.run("laptop", ["hpcnb", ...args]);
  const ok = (...args: string[]) => cluster.ok("laptop", ["hpcnb", ...args]);
  const status = async () => JSON.parse((await hpcnb("status", file, "--json")).stdout || "{}");
  const answer = async (url: string) =>
    (await cluster.run("laptop", ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", url]))
      .stdout;
  const asBob = (host: string, argv: readonly string[], stdin = "") =>
    cluster.testbed.exec(host, "bob", argv, { stdin, timeoutMs: 120_000 });
  /** What a neighbour's program finds out is the same on all hosts of the site, at once. */
  const asBobFromEverywhere = (program: string, asked: string, found: object) =>
    Promise.all(
      cluster.testbed.hosts
        .filter((name) => name !== "laptop")
        .map(async (from) => {
          const { exitCode, stdout, stderr } = await asBob(from, ["python3", "-c", program], asked);
          expect(exitCode, stderr).to.equal(0);
          expect(JSON.parse(stdout), from).to.deep.equal(found);
        }),
    );

  before(async function () {
    cluster = await startCluster(this, "anynetwork");
    await openHomes(cluster);
    // The user's own wish, so that the loss of a network is noticed after seconds.
    await cluster.write("laptop", ".ssh/config", "Host *\n  ServerAliveInterval 2\n  ConnectTimeout 4\n");
    await cluster.ok("laptop", ["chmod", "600", ".ssh/config"]);
    await cluster.testbed.fault("no-ssh-to-nodes");
  });
  after(() => cluster?.testbed.down());

  describe("by relay", () => {
    before(async () => {
      await cluster.write("laptop", file, sessionFile("relay"));
    });

    itOpensBy("relay", { fault: "no-ssh-to-nodes", seconds: 120 });

    it("gives strangers nothing, from any host", async () => {
      // Another run, so that there are keys that were good once.
      await ok("down", file);
      url = (await ok("up", file)).trim();
      const { host, port, old } = await relayOf();
      const asked = JSON.stringify({ host, port, other: old });
      await asBobFromEverywhere(tryStrangers, asked, {
        port: "open",
        plain: "nothing of HTTP",
        "without a certificate": "refused",
        "with a certificate of another run": "refused",
        "by TLS 1.2": "refused",
      });
    });

    it("can be reached behind 1,000 connections of strangers that say nothing", async () => {
      const { host, port } = await relayOf();
      const memory = async () => {
        const words = await cluster.testbed.exec(host, "root", ["ps", "-u", "alice", "-o", "rss=,args="]);
        const [line = ""] = words.stdout.split("\n").filter((text) => text.includes("hpcnb_relay"));
        return Number(line.trim().split(" ")[0]) / 1024;
      };
      const before = await memory();
      expect(before).to.be.greaterThan(1);
      await cluster.ok("login", ["rm", "-f", "/tmp/alice-is-done"]);
      const flooding = asBob(
        "login",
        ["python3", "-c", floodPort],
        JSON.stringify({ host, port, count: 1_000, begun: "/tmp/bob-floods", done: "/tmp/alice-is-done" }),
      );
      try {
        await until("the flood", () => cluster.run("login", ["ls", "/tmp/bob-floods"]), {
          fact: ({ exitCode }) => exitCode === 0,
        });
        for (let count = 0; count < 20; count += 1) expect(await answer(url)).to.equal("200");
        expect((await memory()) - before).to.be.lessThan(50);
      } finally {
        await cluster.ok("login", ["touch", "/tmp/alice-is-done"]);
      }
      const { exitCode, stdout, stderr } = await flooding;
      expect(exitCode, stderr).to.equal(0);
      expect(Number(stdout), "connections of the flood").to.be.greaterThan(999);
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

  describe("by reverse, where login cannot connect to nodes", () => {
    before(async () => {
      await cluster.testbed.heal();
      await cluster.testbed.fault("nodes-cannot-be-reached-from-login");
      await cluster.write("laptop", file, sessionFile("reverse"));
    });

    itOpensBy("reverse", { fault: "nodes-cannot-be-reached-from-login", seconds: 180 });

    it("gives strangers nothing, from any host", async () => {
      await ok("down", file);
      url = (await ok("up", file)).trim();
      const asked = JSON.stringify({
        host: "login",
        port: await offeredPort(),
        other: (await records("tunnel-notebook.record")).at(-1),
      });
      await asBobFromEverywhere(tryDialling, asked, {
        nothing: "",
        HTTP: "",
        TLS: "",
        "the job's greeting": "a TLS greeting",
        "as the job of another run": "refused",
      });
      expect(await answer(url)).to.equal("200");
    });

    it("leaves nothing on login when its keeper is killed, and when it is taken down", async () => {
      const port = await offeredPort();
      const listens = async () => (await cluster.ok("login", ["ss", "-Hltn"])).includes(`:${port} `);
      const directories = async () => (await cluster.asRoot("sh", "-c", findListeners)).trim();
      expect(await listens()).to.equal(true);
      expect(await directories()).to.match(/hpcnb-listener-/);
      await cluster.ok("laptop", ["pkill", "-KILL", "-u", "alice", "-f", "keeper\\.js"]);
      await until("nobody listens on login", listens, { fact: (does) => !does, seconds: 120 });
      await until("no directory on login", directories, { fact: (found) => found === "", seconds: 120 });
      url = (await ok("connect", file)).trim();
      expect(await answer(url)).to.equal("200");
      await ok("down", file);
      expect(await cluster.jobs()).to.equal("");
      await until("no directory on login", directories, { fact: (found) => found === "", seconds: 120 });
    });

    /** Where the job is to dial. */
    async function offeredPort(): Promise<number> {
      const [{ keepers }] = await records("keepers.record");
      return keepers[0].port;
    }
  });

  /** Heals the network after the cut, but not its fault. The URL answers again within `seconds`. */
  function itOpensBy(kind: string, { fault, seconds }: { fault: string; seconds: number }): void {
    it("comes up, and opens in the laptop's own browser with engines", async function () {
      url = (await ok("up", file)).trim();
      expect(await status()).to.include({ phase: "up", tunnel: kind });
      expect(await answer(url)).to.equal("200");
      if (!hasChromium()) this.skip(); // needs Chromium
      await onLaptopsChromium(cluster.testbed, async (browser) => {
        expect(await runExampleNotebook(browser, url, `by-${kind}-in-chromium`)).to.match(/pi is about 3\.14/);
      });
    });

    it("opens again by itself on the same port after the network was cut", async () => {
      await cluster.testbed.fault("cut");
      await until("the tunnel's loss in status", status, { fact: ({ tunnelHealing }) => tunnelHealing, seconds: 90 });
      await cluster.testbed.heal();
      await cluster.testbed.fault(fault);
      await until("the same URL answers again", () => answer(url), { fact: (code) => code === "200", seconds });
      expect(await status()).to.include({ phase: "up", tunnel: kind });
    });
  }

  /** All records of a name, those of the last run first. */
  async function records(name: string) {
    const find = 'cat $(ls -t "$1"/.hpcnb/runs/*/"$2")';
    const text = await cluster.ok("login", ["sh", "-c", find, "sh", projectDirectory, name]);
    return text.match(/.{4095}\n/gs)?.map((record) => JSON.parse(record.slice(0, -65))) ?? [];
  }

  /** Where the relay listens, and the keeper's keys of another run. */
  async function relayOf(): Promise<{ host: string; port: number; old: object }> {
    const [{ host, relay }] = await records("notebook.record");
    return { host, port: relay.port, old: (await records("tunnel-keeper.record")).at(-1) };
  }
});
