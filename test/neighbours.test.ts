import { expect } from "chai";
import { type Cluster, projectDirectory, startCluster } from "./support/cluster.js";

/** Everything that alice's session keeps from others. */
interface Secrets {
  readonly token: string;
  readonly password: string;
  /** Of ipyparallel's controller, by the names of its connection files: for signing and for encrypting. */
  readonly keys: Readonly<Record<string, string>>;
}

/** What bob, another user of the same hosts, can find out or do while alice works. */
describe("a neighbour on the same hosts", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let secrets: Secrets;

  const asBob = (host: string, argv: readonly string[], stdin = "") =>
    cluster.testbed.exec(host, "bob", argv, { stdin, timeout: 60_000 });

  before(async function () {
    this.timeout(1_200_000);
    cluster = await startCluster(this, "neighbours");
    const password = (await cluster.ok("laptop", ["hpcnb", "password"], "correct horse\n")).trim();
    await cluster.write(
      "laptop",
      "session.yaml",
      `name: rnaseq
scheduler: sge
host: login
notebook: { directory: ~/rnaseq, environment: { venv: /home/shared/venv }, password: "${password}" }
cluster: { engines: 3 }
`,
    );
    await cluster.ok("laptop", ["hpcnb", "up", "session.yaml"]);
    secrets = { ...(await readSecrets(cluster)), password };
  });

  after(async () => {
    await cluster?.testbed.down();
  });

  const all = () => [secrets.token, secrets.password, ...Object.values(secrets.keys)];
  const expectNone = (text: string, where: string) => {
    for (const secret of all()) expect(text, where).not.to.include(secret);
  };

  it("is there with secrets to look for", () => {
    expect(secrets.token).to.match(/^[0-9a-f]{48}$/);
    expect(secrets.password).to.match(/^argon2:/);
    // With it ipyparallel encrypts, and signs no more: only who has this key gets an answer.
    expect(secrets.keys.curve_serverkey).to.have.length(40);
  });

  it("sees none of them in what Grid Engine tells of the jobs", async () => {
    const ids = [...new Set((await cluster.jobs()).match(/^ +\d+/gm)?.map((id) => id.trim()))];
    expect(ids).to.have.length(3);
    for (const id of ids) {
      const { stdout } = await asBob("login", ["qstat", "-j", id]);
      expect(stdout, "what is looked through").to.include("rnaseq-");
      expectNone(stdout, `qstat -j ${id}`);
    }
  });

  it("sees none of them in the list of processes, with all that it shows", async () => {
    for (const host of cluster.testbed.hosts) {
      const { stdout } = await asBob(host, ["ps", "axwwe", "-o", "args"]);
      expectNone(stdout, `ps on ${host}`);
    }
    const { stdout } = await asBob("node1", ["ps", "axww", "-o", "user,args"]);
    expect(stdout, "what is looked through").to.match(/alice.*hpcnb-/);
  });

  it("finds none of them in any file that he can read, job scripts among them", async () => {
    const places = ["/home", "/tmp", "/var/lib/gridengine", "/var/spool", "/var/tmp", "/run", "/dev/shm"];
    for (const host of cluster.testbed.hosts) {
      const search = ["grep", "-rlsaF", "-f", "-", "--exclude-dir=shared", ...places];
      const { stdout } = await asBob(host, search, `${all().join("\n")}\n`);
      expect(stdout, host).to.equal("");
    }
    const scripts = await asBob("node1", ["grep", "-rlsa", "run_notebook\\|run_engine\\|run_controller", ...places]);
    expect(scripts.stdout, "job scripts, which everybody can read").to.include("job_scripts");
  });

  it("cannot enter the session's directory, nor reach its server", async () => {
    expect((await asBob("login", ["ls", `${projectDirectory}/.hpcnb`])).exitCode).not.to.equal(0);
    const status = JSON.parse(await cluster.ok("laptop", ["hpcnb", "status", "session.yaml", "--json"]));
    const socket = /^socket (\S+)/.exec(status.listens)?.[1] ?? "";
    const node = status.jobs.find(({ role }: { role: string }) => role === "notebook").host;
    const ask = [
      "curl",
      "--silent",
      "--show-error",
      "--max-time",
      "5",
      "--unix-socket",
      socket,
      "http://localhost/api",
    ];
    expect((await cluster.run(node, ask)).exitCode, "alice").to.equal(0);
    const tried = await asBob(node, ask);
    expect(tried.exitCode, tried.stdout).not.to.equal(0);
    // The port on the laptop is open to its other users; the server asks them for the token.
    const api = `${new URL(status.url).origin}/api/contents`;
    const { stdout } = await asBob("laptop", ["curl", "--silent", "--write-out", "%{http_code}", api]);
    expect(stdout).to.match(/403$/);
  });

  it("cannot use the controller, though he can reach its ports", async () => {
    const { host, registration } = await readController(cluster);
    const reach = await asBob("login", ["bash", "-c", 'exec 3<>"/dev/tcp/$0/$1"', host, String(registration)]);
    expect(reach.exitCode, reach.stderr).to.equal(0);
    const keys = await asBob("login", ["/home/shared/venv/bin/python", "-c", makeKeys]);
    const { shape, keys: own } = await readController(cluster);
    const python = (more: object) => [
      "/home/shared/venv/bin/python",
      "-c",
      connect,
      JSON.stringify({ ...shape, ...more }),
    ];
    expect(await cluster.ok("login", python({ ...own, key: "" })), "alice").to.equal("engines: [0, 1, 2]\n");
    const guessed = JSON.parse(keys.stdout);
    for (const more of [{}, guessed, { ...guessed, key: "" }]) {
      const { exitCode, stdout, stderr } = await asBob("login", python(more));
      expect(exitCode, stderr).to.equal(0);
      expect(stdout.trim()).to.equal("no answer");
    }
  });
});

async function readController(cluster: Cluster) {
  const find = 'cat "$(find "$1/.hpcnb" -name controller.record)"';
  const text = await cluster.ok("login", ["sh", "-c", find, "sh", projectDirectory]);
  const { host, client, engine } = JSON.parse(text.slice(0, -65));
  const secret = (name: string) => name === "key" || name.startsWith("curve_");
  const keys = Object.entries({ ...engine, ...client }).filter(([name, value]) => secret(name) && value !== "");
  // Everything that is no secret: what bob may guess, or see on the network.
  const shape = Object.fromEntries(Object.entries(client).filter(([name]) => !secret(name)));
  return {
    host: host as string,
    registration: client.registration as number,
    keys: Object.fromEntries(keys) as Record<string, string>,
    shape,
  };
}

async function readSecrets(cluster: Cluster): Promise<Pick<Secrets, "token" | "keys">> {
  const text = await cluster.ok("login", ["sh", "-c", `cat ${projectDirectory}/.hpcnb/runs/*/secrets.record`]);
  return { token: JSON.parse(text.slice(0, -65)).token, keys: (await readController(cluster)).keys };
}

const makeKeys = `
import json, uuid, zmq
public, secret = (key.decode() for key in zmq.curve_keypair())
server = zmq.curve_keypair()[0].decode()
print(json.dumps({"key": str(uuid.uuid4()), "curve_publickey": public, "curve_secretkey": secret, "curve_serverkey": server}))
`;

/** A client's first question to the controller, as ipyparallel asks it. */
const connect = `
import json, os, sys, tempfile, ipyparallel
info = {"key": "guessed", **json.loads(sys.argv[1])}
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "client.json")
    with open(path, "w") as file:
        json.dump(info, file)
    try:
        print("engines:", ipyparallel.Client(path, timeout=4).ids)
    except TimeoutError:
        print("no answer")
`;
