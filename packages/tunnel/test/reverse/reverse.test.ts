import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkRecord,
  type Endpoint,
  encodeRecord,
  type OpenTunnel,
  type OwnTunnelKeys,
  type RunFiles,
  rendezvousFiles,
  rendezvousPaths,
  systemClock,
  type Tunnel,
  tunnelKeyFiles,
  tunnelKeysPath,
} from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { createSshHost } from "@hpcnb/host";
import { makeTunnelKeys, reverseTunnel } from "@hpcnb/tunnel";
import { expect } from "chai";
import { until } from "../../../../test/support/until.js";
import { freePort, needSshServer, type Site, startSite } from "../../../host/test/ssh/site.js";
import { type PythonRelay, startPythonRelay } from "../fixtures/python-relay.js";

describe("The tunnel reverse", function () {
  this.timeout(120_000);
  let site: Site;
  let folder: string;
  let endpoint: Endpoint;
  let notebook: Server;
  let run: RunFiles;
  let jobs: PythonRelay[];
  let tunnels: OpenTunnel[];
  let ports: { low: number; high: number };

  before(needSshServer);
  before(async () => {
    site = await startSite();
  });
  after(() => site?.stop());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-run-"));
    const path = join(folder, "notebook.sock");
    run = { id: "abcdefghij", directory: folder };
    endpoint = { kind: "socket", host: "node1", path, run };
    ports = { low: await freePort(), high: 65_535 };
    [jobs, tunnels] = [[], []];
    for (const file of [...tunnelKeyFiles(run, await makeTunnelKeys()), ...rendezvousFiles(run, ports)])
      writeFileSync(file.path, file.text, { mode: 0o600 });
    notebook = createServer((asked, answer) => {
      const hash = createHash("sha256");
      asked.on("data", (chunk) => hash.update(chunk));
      asked.on("end", () => answer.end(asked.url === "/much" ? hash.digest("hex") : `notebook ${asked.url}`));
    });
    await new Promise<void>((resolve) => notebook.listen(path, resolve));
  });
  afterEach(async () => {
    await site.repair("login");
    for (const tunnel of tunnels) await tunnel.close();
    for (const job of jobs) await job.stop();
    notebook.closeAllConnections();
    notebook.close();
    rmSync(folder, { recursive: true });
    expect(readdirSync(site.controlDirectory).filter((name) => !name.startsWith("ssh-"))).to.deep.equal([]);
  });

  async function startJob(): Promise<void> {
    const { value } = checkRecord(readFileSync(tunnelKeysPath(run, "notebook"), "utf8"), run.id);
    jobs.push(await startPythonRelay(value as unknown as OwnTunnelKeys, endpoint, { run }));
  }

  /** @param mark another one for another machine. */
  function tunnel(mark = "one"): Tunnel {
    const { configFile, controlDirectory } = site;
    const host = createSshHost({ alias: "login", interactive: false, configFile, controlDirectory, mark });
    const made = reverseTunnel.tunnel?.create({ host, clock: systemClock, log: () => {}, options: {} });
    if (!made) throw new Error("no tunnel");
    return made;
  }

  async function open(of = tunnel()): Promise<OpenTunnel> {
    const opened = await of.open(endpoint);
    tunnels.push(opened);
    return opened;
  }

  function get({ address }: OpenTunnel, path: string, body?: Buffer): Promise<string> {
    if (!("path" in address)) throw new Error("no socket");
    return new Promise((resolve, reject) => {
      const asking = request(
        { socketPath: address.path, path, agent: false, method: body ? "POST" : "GET" },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          answer.on("end", () => resolve(text)).on("error", reject);
        },
      );
      asking.on("error", reject).end(body);
    });
  }

  it("reaches a notebook whose job can only dial, by a port that the session allows", async () => {
    await startJob();
    expect(await get(await open(), "/x")).to.equal("notebook /x");
    expect(offers()[0]?.port).to.be.within(ports.low, ports.high);
  });

  it("serves many at once", async () => {
    await startJob();
    const opened = await open();
    const answers = await Promise.all(Array.from({ length: 40 }, (_, number) => get(opened, `/${number}`)));
    expect(answers).to.deep.equal(Array.from({ length: 40 }, (_, number) => `notebook /${number}`));
  });

  it("carries much, whole", async () => {
    await startJob();
    const body = randomBytes(20_000_000);
    const answer = await get(await open(), "/much", body);
    expect(answer).to.equal(createHash("sha256").update(body).digest("hex"));
  });

  it("is dialled again when the network was cut, and by a job that starts its process again", async () => {
    const of = tunnel();
    await startJob();
    const opened = await open(of);
    await site.cut("login");
    expect(await opened.closed).to.match(/ended/);
    await jobs[0]?.stop();
    await startJob();
    await site.repair("login");
    expect(await get(await open(of), "/x")).to.equal("notebook /x");
    expect(offers()).to.have.length(1);
  });

  it("is opened from two machines at once", async () => {
    await startJob();
    const both = [await open(), await open(tunnel("other"))];
    for (const opened of both) expect(await get(opened, "/x")).to.equal("notebook /x");
    await both[1]?.close();
    expect(await get(both[0] as OpenTunnel, "/y")).to.equal("notebook /y");
  });

  it("takes back what a keeper of this machine has left that was killed", async () => {
    await startJob();
    await open();
    const again = await open();
    expect(offers()).to.have.length(1);
    expect(await get(again, "/x")).to.equal("notebook /x");
  });

  it("tells which host could not reach which address, as the job says it", async () => {
    const opening = expectFailure(open(), "HPCNB_TUNNEL");
    await until(() => offers().length === 1, "the keeper's offer");
    const problems = { [offers()[0]?.id ?? ""]: "login, port 4711: Connection refused" };
    const text = encodeRecord({ run: "abcdefghij", state: "dialling", problems });
    writeFileSync(rendezvousPaths(run).dialling, text);
    const error = await opening;
    expect(error.message).to.equal("node1 cannot reach login: login, port 4711: Connection refused.");
    expect(error.hint).to.match(/ask the site which ports nodes may reach there/);
  });

  it("goes on while strangers fill the port, whatever they say", async () => {
    await startJob();
    const opened = await open();
    const port = offers()[0]?.port ?? 0;
    const sayings = ["", "\n", "GET / HTTP/1.0\r\n\r\n", "\n\x16\x03\x01"];
    const strangers = Array.from({ length: 1000 }, (_, number) => {
      const stranger = connect(port, "127.0.0.1").on("error", () => {});
      stranger.write(sayings[number % sayings.length] ?? "");
      return stranger.resume();
    });
    for (let asked = 0; asked < 20; asked += 1) expect(await get(opened, "/x")).to.equal("notebook /x");
    for (const stranger of strangers) stranger.destroy();
  });

  it("refuses a job with the keys of another run", async () => {
    const opening = expectFailure(open(), "HPCNB_TUNNEL");
    await until(() => offers().length === 1, "the keeper's offer");
    for (const { path, text } of tunnelKeyFiles(run, await makeTunnelKeys())) writeFileSync(path, text);
    await startJob();
    expect((await opening).message).to.match(/what answers there is not this run's keeper/);
  });

  function offers(): { id: string; port: number }[] {
    const { value } = checkRecord(readFileSync(rendezvousPaths(run).keepers, "utf8"), run.id);
    return (value?.keepers ?? []) as { id: string; port: number }[];
  }
});
