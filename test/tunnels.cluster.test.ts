import { expect } from "chai";
import { type Cluster, projectDirectory, startCluster, until } from "./support/cluster.js";

const sessionFile = (more = "", notebook = "") => `name: rnaseq
scheduler: sge
host: login
notebook: { directory: ~/rnaseq, environment: { venv: /home/shared/venv }${notebook} }
${more}`;

/**
 * The way from laptop to the notebook while the network, the site's rules and other programs are in
 * its way.
 */
describe("a tunnel from the laptop", function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let url: string;
  let node: string;

  const file = "project/session.yaml";
  const hpcnb = (...args: string[]) => cluster.run("laptop", ["hpcnb", ...args]);
  const ok = (...args: string[]) => cluster.ok("laptop", ["hpcnb", ...args]);
  const status = async () => JSON.parse((await hpcnb("status", file, "--json")).stdout || "{}");
  const answer = async () =>
    (await cluster.run("laptop", ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", url]))
      .stdout;
  const listening = async () =>
    Array.from((await cluster.ok("laptop", ["ss", "-Hltn"])).matchAll(/(\S+):(\d+) +\S+:\*/g), ([, address, port]) => ({
      address,
      port: Number(port),
    }));

  before(async function () {
    cluster = await startCluster(this, "tunnels");
    // The user's own wish, so that the loss of a network is noticed after seconds.
    const eager = "Host *\n  ServerAliveInterval 2\n  ConnectTimeout 4\n";
    await cluster.write("laptop", ".ssh/config", eager);
    await cluster.ok("laptop", ["chmod", "600", ".ssh/config"]);
    await cluster.write("laptop", file, sessionFile());
    // Another program, which has the port that would be taken first.
    const occupy = "python3 -m http.server 8888 --bind 127.0.0.1 >/dev/null 2>&1 &";
    await cluster.ok("laptop", ["sh", "-c", occupy]);
    await until("port 8888 in use", listening, { fact: (ports) => ports.some(({ port }) => port === 8888) });
  });

  afterEach(() => cluster?.testbed.heal());
  after(() => cluster?.testbed.down());

  it("is a jump where that works, on the next free port, which is told", async () => {
    const { exitCode, stdout, stderr } = await hpcnb("up", file);
    expect(exitCode, stderr).to.equal(0);
    url = stdout.trim();
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:8889\/lab\?token=[0-9a-f]{48}$/);
    expect(stderr).to.include("127.0.0.1:8889");
    const { tunnel, tunnelNote, jobs } = await status();
    expect({ tunnel, tunnelNote }).to.deep.equal({ tunnel: "jump", tunnelNote: undefined });
    node = jobs[0].host;
    expect(await answer()).to.equal("200");
  });

  it("is not opened elsewhere than at the port that the file names, and another one is suggested", async () => {
    await ok("disconnect", file);
    await cluster.write("laptop", "fixed/session.yaml", sessionFile("tunnel: { localPort: 8888 }\n"));
    for (const command of ["up", "connect"]) {
      const { exitCode, stdout, stderr } = await hpcnb(command, "fixed/session.yaml");
      expect(exitCode, stderr).to.equal(1);
      expect(stdout).to.equal("");
      expect(stderr).to.include("Port 8888 of 127.0.0.1 cannot be used: another program uses it.");
      expect(stderr).to.include("Port 8889 is free: use it as tunnel.localPort, or leave tunnel.localPort out.");
      expect(stderr).to.include("(HPCNB_PORT_TAKEN)");
    }
    expect((await listening()).map(({ port }) => port)).not.to.include(8889);
    expect(await ok("connect", file)).to.equal(`${url}\n`);
  });

  it("says which kinds were tried and why each failed, where the network lets none through, and leaves nothing open", async () => {
    await ok("disconnect", file);
    await cluster.testbed.fault("no-ssh-to-nodes");
    // No program is given this port unless it asks for it.
    await cluster.testbed.fault("only-ports", { ports: "1024-1024" });
    const { exitCode, stdout, stderr } = await hpcnb("connect", file);
    expect(exitCode, stderr).to.equal(1);
    expect(stdout).to.equal("");
    expect(stderr).to.include(`No tunnel reaches the notebook on ${node}. Tried in this order:\n  jump`);
    const [jump = "", forward = "", relay = ""] = stderr.split(/^ {2}(?:login-forward|relay)(?: \(for \d+ s\))?: /m);
    expect(jump).to.include(`: ${node} cannot be reached from the host before it on the way`);
    expect(jump).to.match(/ssh said:\n {4}\S/);
    expect(forward).to.match(new RegExp(`^From login: ${node} refuses connections to port 22\\.\\n`));
    expect(forward).to.include("Connection refused");
    expect(relay).to.match(new RegExp(`^login cannot reach port \\d+ of ${node}, the notebook's relay `));
    expect(stderr).to.match(/^Ask the site which of these it allows\..*\n {2}jump: ssh .*\n {2}login-forward: ssh /m);
    expect(stderr).to.include("No job is affected").and.include("(HPCNB_TUNNEL)");
    expect((await listening()).map(({ port }) => port)).not.to.include(8889);
    const left = await cluster.run("laptop", ["pgrep", "-u", "alice", "-fl", "keeper\\.js"]);
    expect(left.stdout).to.equal("");
    expect(await status()).to.include({ phase: "connecting" });

    await cluster.testbed.heal();
    expect(await ok("connect", file)).to.equal(`${url}\n`);
    expect(await answer()).to.equal("200");
  });

  it("needs no ssh to the node, remembers the kind that worked, and needs no way to the node at all", async () => {
    const remembered = async () => {
      const texts = await cluster.ok("laptop", ["sh", "-c", "cat .local/state/hpcnb/tunnels/*.json"]);
      return Array.from(texts.matchAll(/"kind":"([^"]+)","at"/g), ([, kind]) => kind);
    };
    expect(await remembered()).to.deep.equal(["jump", "jump"]);
    await ok("disconnect", file);
    await cluster.testbed.fault("no-ssh-to-nodes");
    expect(await ok("connect", file)).to.equal(`${url}\n`);
    const { tunnel, tunnelFailures } = await status();
    expect(["relay", "reverse"]).to.include(tunnel);
    const failed = tunnelFailures.map(({ kind }: { kind: string }) => kind);
    expect(failed.slice(0, 2)).to.deep.equal(["jump", "login-forward"]);
    expect(await answer()).to.equal("200");
    expect(await remembered()).to.deep.equal([tunnel, tunnel]);

    await ok("disconnect", file);
    const { checks } = JSON.parse((await hpcnb("doctor", file, "--json")).stdout);
    const check = checks.find(({ name }: { name: string }) => name === "tunnel");
    expect(check.text).to.include(`${tunnel}, then jump, then login-forward`);

    await cluster.testbed.heal();
    await cluster.testbed.fault("nodes-cannot-be-reached-from-login");
    expect(await ok("connect", file)).to.equal(`${url}\n`);
    expect(await status()).to.include({ tunnel: "reverse" });
    expect(await answer()).to.equal("200");

    await ok("disconnect", file);
    await cluster.testbed.heal();
    await cluster.ok("laptop", ["rm", "-r", ".local/state/hpcnb/tunnels"]);
    expect(await ok("connect", file)).to.equal(`${url}\n`);
  });

  it("opens again by itself on the same port when the network is back, and status tells that until then", async () => {
    await cluster.testbed.fault("cut");
    const cut = await until("the tunnel's loss in status", status, { fact: ({ tunnelHealing }) => tunnelHealing });
    expect(cut).to.include({ phase: "unknown", why: "login cannot be asked", tunnel: "jump" });
    expect(cut.tunnelHealing.since).to.match(/^\d{4}-\d\d-\d\dT/);
    const shown = await hpcnb("status", file);
    expect(shown.exitCode, shown.stderr).to.equal(1);
    expect(shown.stdout).to.match(/^healing +since \S+, on the same port: ./m);
    expect(shown.stderr).to.include("(HPCNB_SSH)");
    expect(await answer()).not.to.equal("200");

    await cluster.testbed.heal();
    await until("the same URL answers again", answer, { fact: (code) => code === "200", seconds: 90 });
    const { phase, tunnel, tunnelHealing } = await status();
    expect({ phase, tunnel, tunnelHealing }).to.deep.equal({ phase: "up", tunnel: "jump", tunnelHealing: undefined });
    expect(await ok("up", file)).to.equal(`${url}\n`);
  });

  it("is opened by the session's place alone, on a machine that knows nothing of it", async () => {
    await ok("disconnect", file);
    await cluster.ok("laptop", ["rm", "-r", ".local/state/hpcnb"]);
    expect(await ok("list")).not.to.include("rnaseq");
    const address = `login:${projectDirectory}`;
    expect(await ok("connect", address)).to.equal(`${url}\n`);
    expect(await answer()).to.equal("200");
    expect(await ok("list")).to.include("rnaseq");
    for (const place of [file, address]) {
      await ok("connect", place);
      expect(await ok("list")).to.match(/^NAME .*\nrnaseq +up .* \S+session\.yaml\n$/);
    }
    expect(JSON.parse(await ok("status", address, "--json"))).to.include({ phase: "up", tunnel: "jump" });
    await ok("down", file);
    expect(await cluster.jobs()).to.equal("");
  });

  it("reaches a server on a port of its node, over a slow network", async () => {
    await cluster.testbed.fault("slow-network");
    await cluster.write("laptop", file, sessionFile("tunnel: { kind: jump }\n", ", listen: port"));
    url = (await ok("up", file)).trim();
    const { listens, tunnel } = await status();
    expect(listens).to.match(/^port 127\.0\.0\.1:\d+$/);
    expect(tunnel).to.equal("jump");
    expect(await answer()).to.equal("200");
    const open = (await listening()).filter(({ port }) => port === Number(new URL(url).port));
    expect(open.map(({ address }) => address)).to.deep.equal(["127.0.0.1"]);
    await ok("down", file);
    expect(await cluster.jobs()).to.equal("");
  });
});
