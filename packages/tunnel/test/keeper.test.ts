import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connector, Endpoint } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { createLocalHost, runtimeDirectory } from "@hpcnb/host";
import { type ConnectorOptions, closeConnectionOf, connectionOf, createConnector, whyClosed } from "@hpcnb/tunnel";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { freePort, startSilentPort } from "../../host/test/ssh/site.js";
import { askKeeper } from "../src/keeper/ask.js";
import { controlSocketIn, type KeeperStatus, keyOf, logPath, markOf } from "../src/keeper/protocol.js";
import { fromSource } from "./fixtures/from-source.js";

/** Starts real background processes: what `up` leaves behind on the user's machine. */
describe("keeper", () => {
  const saved = { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR, NODE_OPTIONS: process.env.NODE_OPTIONS };
  let folder: string;
  let server: Server;
  let other: Server | undefined;
  let endpoint: Endpoint;
  let connector: Connector;

  const connectorWith = (options: Partial<ConnectorOptions> = {}) =>
    createConnector({
      keeperProgram: [...fromSource, fileURLToPath(new URL("fixtures/keeper.ts", import.meta.url))],
      host: createLocalHost(),
      alias: undefined,
      sessionFile: "/nowhere/session.yaml",
      tunnels: [{ name: "direct", options: {} }],
      localPort: undefined,
      ...options,
    });

  const controlSocket = () => controlSocketIn(runtimeDirectory(), keyOf("", "/d"));

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-test-"));
    process.env.XDG_RUNTIME_DIR = folder;
    const path = join(folder, "nb.sock");
    server = await serve(path, "notebook");
    endpoint = { kind: "socket", host: hostname(), path };
    connector = connectorWith();
  });

  afterEach(async () => {
    await connector.disconnect("/d");
    server.closeAllConnections();
    server.close();
    other?.close();
    other = undefined;
    rmSync(folder, { recursive: true });
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("forwards a port of 127.0.0.1 to the notebook's socket, also after the connector has gone", async () => {
    const { baseUrl, kind } = await connector.connect("/d", "run1", endpoint);
    expect(kind).to.equal("direct");
    expect(await (await fetch(`${baseUrl}/x`)).text()).to.equal("notebook /x");
    expect(await connectorWith().current("/d")).to.include({ kind: "direct", baseUrl, run: "run1" });
    expect(await connectorWith().current("/other")).to.equal(undefined);
  });

  it("takes nothing from the variables of Node in the shell that it is started from", async () => {
    process.env.NODE_OPTIONS = "--require=/nowhere/debugger.js";
    const { baseUrl } = await connector.connect("/d", "run1", endpoint);
    expect(await (await fetch(`${baseUrl}/x`)).text()).to.equal("notebook /x");
  });

  it("keeps what it has made ready before it was asked to connect, and removes what another has left", async () => {
    const mark = markOf(controlSocket());
    const [old, ready] = ["old", "ready"].map((name) => join(runtimeDirectory(), `node-${mark}-${name}`)) as [
      string,
      string,
    ];
    writeFileSync(old, "");
    connector.prepare?.("/d");
    await until(async () => existsSync(logPath(controlSocket())));
    writeFileSync(ready, "");
    // What was begun before the notebook's host was known goes on.
    connector.prepare?.("/d", hostname());
    await connector.connect("/d", "run1", endpoint);
    expect(existsSync(old)).to.equal(false);
    expect(existsSync(ready)).to.equal(true);
    await connector.disconnect("/d");
    expect(existsSync(ready)).to.equal(false);
  });

  it("knows the notebook's times, the newest that it was told", async () => {
    const times = { startedAt: "2026-01-01T10:00:00Z", walltime: 3600, endsAt: "2026-01-01T11:00:00Z" };
    expect((await connector.connect("/d", "run1", endpoint)).times).to.equal(undefined);
    await connector.connect("/d", "run1", endpoint, { times });
    await connector.connect("/d", "run1", endpoint);
    expect((await connector.current("/d"))?.times).to.deep.equal(times);
  });

  it("is reused for the same run, and replaced on the same port for another", async () => {
    const first = await connector.connect("/d", "run1", endpoint);
    expect(await connector.connect("/d", "run1", endpoint)).to.deep.equal(first);
    expect(await connector.connect("/d", "run2", endpoint)).to.deep.equal(first);
    expect((await connector.current("/d"))?.run).to.equal("run2");
  });

  it("leaves no port and no socket file after disconnect", async () => {
    const { baseUrl } = await connector.connect("/d", "run1", endpoint);
    await connector.disconnect("/d");
    expect(await connector.current("/d")).to.equal(undefined);
    const failure = await fetch(baseUrl).then(
      () => "answered",
      (error: Error) => (error.cause as NodeJS.ErrnoException).code,
    );
    expect(failure).to.equal("ECONNREFUSED");
    expect(readdirSync(join(folder, "hpcnb"))).to.deep.equal([]);
  });

  it("is closed with its run also from the place to which the folder was moved", async () => {
    await connector.connect("/d", "run1", endpoint);
    await connector.disconnect("/moved", ["run2"]);
    expect((await connector.current("/d"))?.run).to.equal("run1");
    await connector.disconnect("/moved", ["run1"]);
    expect(await connector.current("/d")).to.equal(undefined);
    expect(readdirSync(join(folder, "hpcnb"))).to.deep.equal([]);
  });

  it("goes back to the port that only the command remembers, and tells when another program has it", async () => {
    const port = await freePort();
    const remembering = connectorWith({ lastPort: (run) => (run === "run1" ? port : undefined) });
    const { baseUrl, lostPort } = await remembering.connect("/d", "run1", endpoint);
    expect({ baseUrl, lostPort }).to.deep.equal({ baseUrl: `http://127.0.0.1:${port}`, lostPort: undefined });
    await remembering.disconnect("/d");
    other = await serveOnPort(port);
    expect((await remembering.connect("/d", "run1", endpoint)).lostPort).to.equal(port);
  });

  it("takes the next free port when none is wished and the usual one is taken", async () => {
    const usual = 8888;
    // Unless somebody else has it already, which is as well.
    other = await serveOnPort(usual).catch(() => undefined);
    const { baseUrl } = await connector.connect("/d", "run1", endpoint);
    expect(Number(new URL(baseUrl).port)).to.be.above(usual);
    expect(await (await fetch(`${baseUrl}/x`)).text()).to.equal("notebook /x");
  });

  it("is opened once when two commands want it at the same moment, and serves both", async () => {
    const both = await Promise.all([1, 2].map(() => connectorWith().connect("/d", "run1", endpoint)));
    expect(both[0]).to.deep.equal(both[1]);
    expect(await (await fetch(`${both[0]?.baseUrl}/x`)).text()).to.equal("notebook /x");
  });

  it("is opened again when the session file has got another port or kind", async () => {
    const first = await connectorWith({ localPort: await freePort() }).connect("/d", "run1", endpoint);
    const wished = await freePort();
    const second = await connectorWith({ localPort: wished }).connect("/d", "run1", endpoint);
    expect(second.baseUrl).to.equal(`http://127.0.0.1:${wished}`);
    expect(await fetch(first.baseUrl).catch(() => "closed")).to.equal("closed");
    // A request without a wish takes the tunnel that is open.
    expect(await connector.connect("/d", "run1", endpoint)).to.deep.equal(second);
    expect(
      (await connectorWith({ tunnels: [{ name: "mine", options: {} }] }).connect("/d", "run1", endpoint)).baseUrl,
    ).to.equal(second.baseUrl);
    const tunnels = async () => (await keeperStatus(controlSocket())).tunnels;
    const asked = await tunnels();
    await connectorWith({ tunnels: [{ name: "direct", options: {} }] }).connect("/d", "run1", endpoint);
    expect(await tunnels()).to.deep.equal(asked);
    await connectorWith({ tunnels: [{ name: "other", options: {} }] }).connect("/d", "run1", endpoint);
    expect(await tunnels()).to.deep.equal([{ name: "other", options: {} }]);
    const other = { name: "other", options: { port: 1 } };
    await connectorWith({ tunnels: [other] }).connect("/d", "run1", endpoint);
    expect(await tunnels()).to.deep.equal([other]);
  });

  it("is not waited for by a command that is interrupted, and opens nothing then", async () => {
    // What is there takes some seconds to be given up.
    const silent = await startSilentPort();
    const walled: Endpoint = { kind: "port", host: hostname(), address: "127.0.0.1", port: silent.port };
    const ending = new AbortController();
    const connecting = expectFailure(
      connector.connect("/d", "run1", walled, { signal: ending.signal }),
      "HPCNB_ABORTED",
    );
    await until(async () => existsSync(controlSocket()));
    ending.abort();
    await connecting;
    await until(async () => !existsSync(controlSocket()));
    silent.stop();
  });

  it("is found and closed by the session file alone", async () => {
    const place = { host: undefined, file: "/nowhere/session.yaml" };
    expect(await closeConnectionOf(place)).to.equal(false);
    const { baseUrl } = await connector.connect("/d", "run1", endpoint);
    expect(await connectionOf(place)).to.include({ baseUrl });
    expect(await connectionOf({ ...place, host: "elsewhere" })).to.equal(undefined);
    expect(await closeConnectionOf(place)).to.equal(true);
    expect(await connector.current("/d")).to.equal(undefined);
    expect(await connectionOf(place)).to.equal(undefined);
  });

  it("tells why it gave up, until there is another or it is disconnected", async () => {
    const host = createLocalHost();
    const giveUp = async () => {
      await connector.connect("/d", "run1", endpoint);
      process.kill(await keeperPid(controlSocket()), "SIGKILL");
      await until(async () => (await connector.current("/d")) === undefined);
      writeFileSync(`${controlSocket()}.log`, "Nothing answers.\n");
    };
    await giveUp();
    expect(await whyClosed(host, "/d")).to.equal("Nothing answers.");
    await connector.connect("/d", "run1", endpoint);
    expect(await whyClosed(host, "/d")).to.equal(undefined);
    await connector.disconnect("/d");
    await giveUp();
    await connector.disconnect("/d");
    expect(await whyClosed(host, "/d")).to.equal(undefined);
  });

  it("names the next free port when the wished one is taken", async () => {
    other = await serveOnPort();
    const { port } = other.address() as { port: number };
    const wish = connectorWith({ localPort: port });
    const error = await wish.connect("/d", "run1", endpoint).catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_PORT_TAKEN" });
    expect(error.message).to.include(String(port));
    expect(error.hint).to.match(/^Port \d+ is free/);
    expect(await wish.current("/d")).to.equal(undefined);
  });

  it("says what did not answer when the notebook cannot be reached", async () => {
    const gone: Endpoint = { kind: "socket", host: hostname(), path: join(folder, "gone.sock") };
    const error = await connector.connect("/d", "run1", gone).catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_TUNNEL" });
    expect(error.message).to.include(gone.path);
    expect(error.hint).to.include("cleans /tmp");
  });

  describe("that is silent", () => {
    const stopIt = async () => {
      await connector.connect("/d", "run1", endpoint);
      const pid = await keeperPid(controlSocket());
      process.kill(pid, "SIGSTOP");
      return pid;
    };
    const isGone = (pid: number) => until(async () => !existsSync(`/proc/${pid}/exe`));

    it("is told, with its process", async () => {
      const pid = await stopIt();
      const facts = await connector.current("/d");
      expect(facts?.run).to.equal("run1");
      expect(facts?.stuck).to.include(`process ${pid}, gives no answer`);
    });

    it("is replaced on the same port", async () => {
      // Nobody else takes this port in the moment between the two keepers, as they may take 8888.
      connector = connectorWith({ localPort: await freePort() });
      const pid = await stopIt();
      const { baseUrl, lostPort } = await connector.connect("/d", "run1", endpoint);
      expect(lostPort).to.equal(undefined);
      expect(await (await fetch(`${baseUrl}/x`)).text()).to.equal("notebook /x");
      await isGone(pid);
    });

    it("is ended by a disconnect, which leaves nothing, and keeps no other session's waiting", async () => {
      const pid = await stopIt();
      const start = performance.now();
      expect(await closeConnectionOf({ host: undefined, file: "/another/session.yaml" })).to.equal(false);
      const waited = performance.now() - start;
      await connector.disconnect("/d");
      expect(waited).to.be.below((performance.now() - start) / 2);
      await isGone(pid);
      expect(readdirSync(join(folder, "hpcnb"))).to.deep.equal([]);
    });

    it("is not killed when its number is another process's by now", async () => {
      const pid = await stopIt();
      const note = JSON.parse(readFileSync(`${controlSocket()}.json`, "utf8"));
      writeFileSync(`${controlSocket()}.json`, JSON.stringify({ ...note, identity: "1 another" }));
      const error = await expectFailure(connector.disconnect("/d"), "HPCNB_TUNNEL");
      expect(error.hint).to.include(controlSocket());
      expect(existsSync(`/proc/${pid}/exe`)).to.equal(true);
      writeFileSync(`${controlSocket()}.json`, JSON.stringify(note));
    });
  });

  it("leaves nothing when it was killed, after a disconnect", async () => {
    await connector.connect("/d", "run1", endpoint);
    process.kill(await keeperPid(controlSocket()), "SIGKILL");
    await until(async () => (await connector.current("/d")) === undefined);
    await connector.disconnect("/d");
    expect(readdirSync(join(folder, "hpcnb"))).to.deep.equal([]);
  });

  it("is hindered by no broken entry beside its socket", async () => {
    const { baseUrl } = await connector.connect("/d", "run1", endpoint);
    const directory = join(folder, "hpcnb");
    mkdirSync(join(directory, "ffffffffffffffff.sock"));
    writeFileSync(join(directory, "eeeeeeeeeeeeeeee.sock"), "");
    writeFileSync(join(directory, "eeeeeeeeeeeeeeee.sock.json"), "null");
    const place = { host: undefined, file: "/nowhere/session.yaml" };
    expect(await connectionOf(place)).to.include({ baseUrl });
    expect(await closeConnectionOf(place)).to.equal(true);
  });

  it("takes over from a keeper that was killed", async () => {
    await connector.connect("/d", "run1", endpoint);
    process.kill(await keeperPid(controlSocket()), "SIGKILL");
    await until(async () => (await connector.current("/d")) === undefined);
    expect(existsSync(controlSocket())).to.equal(true);
    const { baseUrl } = await connector.connect("/d", "run1", endpoint);
    expect(await (await fetch(`${baseUrl}/y`)).text()).to.equal("notebook /y");
  });
});

function serve(path: string, name: string): Promise<Server> {
  const server = createServer((request, response) => response.end(`${name} ${request.url}`));
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}

function serveOnPort(port = 0): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

async function keeperStatus(socket: string): Promise<KeeperStatus> {
  const reply = await askKeeper(socket, { op: "status" });
  if (reply.is !== "answer") throw new Error(`no answer but ${reply.is}`);
  return reply.answer;
}

async function keeperPid(socket: string): Promise<number> {
  return (await keeperStatus(socket)).pid;
}
