import { dirname } from "node:path";
import { expect } from "chai";
import { type Cluster, openHomes, projectDirectory, startCluster } from "./support/cluster.js";
import {
  askKernel,
  connect,
  describeKernel,
  listen,
  makeKeys,
  speakUntilBobHasListened,
} from "./support/other-users-programs.js";
import { itOnce, type SiteScheduler, siteSchedulers } from "./support/schedulers.js";
import { filesWith } from "./support/search-files.js";

const clearPassword = "correct horse";

/** Everything that alice's session keeps from others. */
interface Secrets {
  readonly token: string;
  readonly password: string;
  /**
   * Keys of ipyparallel's controller, by the names of its connection files: for signing and for
   * encrypting.
   */
  readonly keys: Readonly<Record<string, string>>;
  /** What signs the messages of the notebook's kernel. */
  readonly kernelKey: string;
}

interface KernelInfo {
  /** Jupyter's connection file: `ip` is how the paths of its sockets begin. */
  readonly info: { readonly key: string; readonly transport: string; readonly ip: string };
  readonly pid: number;
  /** The port for what forked children print. */
  readonly inlet: number;
}

/**
 * What bob, another user of the same hosts, can find out or do while alice works and keeps her home
 * open for others to read.
 */
for (const scheduler of siteSchedulers) {
  describe(`another user of the same hosts, on ${scheduler.title}`, function () {
    this.timeout(180_000);
    otherUserOn(scheduler);
  });
}

function otherUserOn(scheduler: SiteScheduler): void {
  const once = itOnce(scheduler);
  let cluster: Cluster;
  let secrets: Secrets;
  let url: string;
  let kernel: KernelInfo;

  const asBob = (host: string, argv: readonly string[], stdin = "") =>
    cluster.testbed.exec(host, "bob", argv, { stdin, timeoutMs: 60_000 });
  const sessionFile = (name: string, more: string) => `name: ${name}
${scheduler.line}
host: login
notebook: { directory: ~/${name}, environment: { venv: /home/shared/venv }, ${more} }
`;
  const writeSession = async (file: string, text: string) => {
    await cluster.write("laptop", file, text);
    // It has the password's hash in it, and is the user's own file to keep.
    await cluster.ok("laptop", ["chmod", "600", file]);
  };
  const status = async (file: string) => JSON.parse(await cluster.ok("laptop", ["hpcnb", "status", file, "--json"]));
  const notebookHost = async (file: string): Promise<string> =>
    (await status(file)).jobs.find(({ role }: { role: string }) => role === "notebook").host;

  before(async function () {
    cluster = await startCluster(this, "otherusers", scheduler);
    await openHomes(cluster);
    const password = (await cluster.ok("laptop", ["hpcnb", "password"], `${clearPassword}\n`)).trim();
    const file = `${sessionFile("rnaseq", `password: "${password}"`)}cluster: { engines: 3 }\n`;
    await writeSession("session.yaml", file);
    url = (await cluster.ok("laptop", ["hpcnb", "up", "session.yaml"])).trim();
    kernel = JSON.parse(await cluster.print(url, describeKernel));
    secrets = { ...(await readSecrets(cluster)), password, kernelKey: kernel.info.key };
  });

  after(async () => {
    await cluster?.testbed.down();
  });

  const all = () => [secrets.token, secrets.password, clearPassword, secrets.kernelKey, ...Object.values(secrets.keys)];
  const expectNone = (text: string, where: string) => {
    for (const secret of all()) expect(text, where).not.to.include(secret);
  };

  it("is there with secrets to look for", () => {
    expect(secrets.token).to.match(/^[0-9a-f]{48}$/);
    expect(secrets.password).to.match(/^argon2:/);
    // With it ipyparallel encrypts, and signs no more: an answer needs this key.
    expect(secrets.keys.curve_serverkey).to.have.length(40);
    expect(secrets.kernelKey).to.have.length.greaterThan(30);
  });

  once("sees none of them in what --verbose prints, which may go into a file", async () => {
    for (const command of ["up", "status"]) {
      const { exitCode, stderr } = await cluster.run("laptop", ["hpcnb", "--verbose", command, "session.yaml"]);
      expect(exitCode, stderr).to.equal(0);
      expect(stderr, command).to.match(/^here: ssh .*: exit code 0 after \d/m);
      if (command === "up") expect(stderr).to.match(/^login: qstat -u '\$user' -s prs -xml: exit code 0 after \d/m);
      expectNone(stderr, command);
    }
  });

  it("sees none of them in what the scheduler tells of the jobs", async () => {
    const ids = await cluster.jobIds();
    expect(ids).to.have.length(3);
    for (const host of ["login", ...cluster.testbed.nodes]) {
      const { stdout } = await asBob(host, ["sh", "-c", scheduler.spy, "sh", ...ids]);
      expect(stdout, "what is looked through").to.include(scheduler.seen);
      expectNone(stdout, host);
    }
  });

  it("sees none of them in the list of processes, with all that it shows", async () => {
    for (const host of cluster.testbed.hosts) {
      const { stdout } = await asBob(host, ["ps", "axwwe", "-o", "args"]);
      expectNone(stdout, `ps on ${host}`);
    }
    const { stdout } = await asBob(await notebookHost("session.yaml"), ["ps", "axww", "-o", "user,args"]);
    expect(stdout, "what is looked through").to.match(/alice.*hpcnb-/);
    expect(stdout, "the kernel's process").to.match(/alice.*ipykernel/);
  });

  it("finds none of them in any file that is open to them, job scripts among them", async () => {
    const places = ["/home", "/tmp", "/var/lib/gridengine", "/var/spool", "/var/tmp", "/run", "/dev/shm"];
    const search = (host: string, words: readonly string[]) =>
      filesWith(cluster.testbed, { host, user: "bob", places }, words);
    // That the search gets into alice's project, and finds what there is to be found.
    const careless = { laptop: "/home/alice/careless.txt", login: `${projectDirectory}/careless.txt` };
    for (const [host, path] of Object.entries(careless))
      await cluster.write(host, path, `my token: ${secrets.token}\n`);
    for (const host of cluster.testbed.hosts)
      expect(await search(host, all()), host).to.deep.equal([host === "laptop" ? careless.laptop : careless.login]);
    for (const [host, path] of Object.entries(careless)) await cluster.ok(host, ["rm", path]);
    for (const host of cluster.testbed.hosts) expect(await search(host, all()), host).to.deep.equal([]);
    const scripts = await search(await notebookHost("session.yaml"), ["hpcnb_programs"]);
    expect(scripts.length > 0, "job scripts are open").to.equal(scheduler.openScripts);
  });

  once(
    "cannot enter the session's directory, because of its own mode, nor Jupyter's with kernels' sockets and keys",
    async () => {
      expect((await asBob("login", ["ls", projectDirectory])).stdout).to.include("monte-carlo.ipynb");
      const node = await notebookHost("session.yaml");
      const runtime = dirname(kernel.info.ip);
      for (const [host, directory] of [
        ["login", `${projectDirectory}/.hpcnb`],
        [node, runtime],
      ] as const) {
        expect(await cluster.ok(host, ["stat", "--format=%A", directory]), directory).to.match(/^drwx-----[-T]\n$/);
        expect((await asBob(host, ["ls", directory])).stderr).to.include("Permission denied");
      }
      const files = await cluster.ok(node, ["ls", runtime]);
      expect(files, "what is kept there")
        .to.match(/^kernel-.*\.json$/m)
        .and.match(/^kernel-.*-ipc-1$/m);
      const users = await cluster.ok("login", [
        "find",
        "/home/alice/.local",
        "-name",
        "kernel-*",
        "-o",
        "-name",
        "jpserver-*",
      ]);
      expect(users, "in alice's home").to.equal("");
    },
  );

  once("cannot reach the session's server", async () => {
    const { listens, url } = await status("session.yaml");
    const node = await notebookHost("session.yaml");
    const socket = /^socket (\S+)/.exec(listens)?.[1] ?? "";
    const ask = [
      ...["curl", "--silent", "--show-error", "--max-time", "5", "--unix-socket", socket, "http://localhost/api"],
    ];
    expect((await cluster.run(node, ask)).exitCode, "alice").to.equal(0);
    const tried = await asBob(node, ask);
    expect(tried.exitCode, tried.stdout).not.to.equal(0);
    // The port on the laptop is open to its other users; the server asks them for the token.
    expect(await codeFor("laptop", `${new URL(url).origin}/api/contents`)).to.equal("403");
  });

  once("is let in nowhere by a server that listens on a port of its host", async () => {
    await cluster.ok("login", ["mkdir", "--mode=755", "ported"]);
    await writeSession("ported.yaml", sessionFile("ported", "listen: port"));
    const url = new URL((await cluster.ok("laptop", ["hpcnb", "up", "ported.yaml"])).trim());
    const [, port = ""] = /^port 127\.0\.0\.1:(\d+)/.exec((await status("ported.yaml")).listens) ?? [];
    const node = await notebookHost("ported.yaml");
    const api = `http://127.0.0.1:${port}/api`;
    expect(await codeFor(node, api), "that the neighbour reaches it").to.equal("200");
    for (const path of ["contents", "kernels", "sessions", "terminals"])
      expect(await codeFor(node, `${api}/${path}`), path).to.equal("403");
    expect(await codeFor(node, `${api}/contents${url.search}`), "with the token").to.equal("200");
    await cluster.ok("laptop", ["hpcnb", "down", "ported.yaml"]);
  });

  const codeFor = async (host: string, url: string) =>
    (await asBob(host, ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", url])).stdout;

  once("cannot use the kernel, even with its key, because its sockets are in a closed directory", async () => {
    const node = await notebookHost("session.yaml");
    expect(kernel.info.transport).to.equal("ipc");
    const python = ["/home/shared/venv/bin/python", "-c", askKernel];
    const asked = (seconds: number) => JSON.stringify({ info: kernel.info, seconds });
    expect(await cluster.ok(node, python, asked(60)), "alice").to.equal("answer\n");
    const tried = await asBob(node, python, asked(3));
    expect(tried.stdout, tried.stderr).to.equal("no answer\n");
  });

  once("hears nothing of what a cell prints, on whatever port its kernel listens", async () => {
    const node = await notebookHost("session.yaml");
    const { stdout: listening } = await cluster.testbed.exec(node, "root", ["ss", "-Hltnp"]);
    const own = listening.split("\n").filter((line) => line.includes(`pid=${kernel.pid},`));
    const ports = own.map((line) => Number(/:(\d+) /.exec(line)?.[1]));
    // It is Python's kernel's: output of forked children comes in there, with a random word, and
    // nothing goes out.
    expect(ports, listening).to.deep.equal([kernel.inlet]);
    const python = ["/home/shared/venv/bin/python", "-c", listen];
    const [text, heard] = await Promise.all([
      cluster.print(url, speakUntilBobHasListened),
      asBob(node, python, JSON.stringify(ports)),
    ]);
    expect(text).to.include("for alice alone");
    expect(heard.exitCode, heard.stderr).to.equal(0);
    expect(heard.stdout).to.equal("heard 0\n");
  });

  once("cannot use the controller, though its ports can be reached", async () => {
    const { host, registration } = await readController(cluster);
    const reach = await asBob("login", ["bash", "-c", 'exec 3<>"/dev/tcp/$0/$1"', host, String(registration)]);
    expect(reach.exitCode, reach.stderr).to.equal(0);
    const keys = await asBob("login", ["/home/shared/venv/bin/python", "-c", makeKeys]);
    const { shape, keys: own } = await readController(cluster);
    const python = ["/home/shared/venv/bin/python", "-c", connect];
    const asked = (more: object, seconds: number) => JSON.stringify({ info: { ...shape, ...more }, seconds });
    expect(await cluster.ok("login", python, asked({ ...own, key: "" }, 60)), "alice").to.equal("engines: [0, 1, 2]\n");
    const guessed = JSON.parse(keys.stdout);
    for (const more of [{}, guessed, { ...guessed, key: "" }]) {
      const { exitCode, stdout, stderr } = await asBob("login", python, asked(more, 4));
      expect(exitCode, stderr).to.equal(0);
      expect(stdout.trim()).to.equal("no answer");
    }
  });
}

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
