import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { ConnectionFacts, Connector, Endpoint } from "@hpcnb/core";
import { createLocalHost } from "@hpcnb/host";
import { createConnector } from "@hpcnb/tunnel";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { fromSource } from "./fixtures/from-source.js";
import { openTab, type Tab } from "./fixtures/tab.js";

const token = "0123456789abcdef";

/**
 * Another user of this machine tries to take the port while a browser's tab goes on sending its
 * token and its cookie there, in questions and in a WebSocket.
 */
describe("a second user", () => {
  const saved = { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR };
  let folder: string;
  let connector: Connector;
  let server: Server | undefined;
  let squatter: ChildProcess | undefined;
  let said: string;
  let tab: Tab | undefined;
  const upgraded: Duplex[] = [];

  before(function () {
    const isRoot = process.getuid?.() === 0;
    if (!isRoot || !existsSync("/usr/sbin/runuser") || !hasUser("nobody")) this.skip(); // only root can become another user
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-second-"));
    process.env.XDG_RUNTIME_DIR = folder;
    connector = createConnector({
      keeperProgram: [...fromSource, fileURLToPath(new URL("fixtures/keeper.ts", import.meta.url))],
      host: createLocalHost(),
      alias: undefined,
      sessionFile: "/nowhere/session.yaml",
      tunnels: [{ name: "direct", options: {} }],
      localPort: undefined,
    });
    server = await serve(endpoint().path, upgraded);
    said = "";
  });

  afterEach(async () => {
    tab?.close();
    squatter?.kill();
    await connector.disconnect("/d");
    stopServer();
    rmSync(folder, { recursive: true });
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const endpoint = () => ({ kind: "socket", host: hostname(), path: join(folder, "nb.sock") }) satisfies Endpoint;
  const portOf = ({ baseUrl }: ConnectionFacts) => Number(new URL(baseUrl).port);

  it("gets neither port nor token while the tunnel heals and after it was given up, and no command's token ever", async () => {
    const facts = await connector.connect("/d", "run1", endpoint());
    const port = portOf(facts);
    await startSquatter(port);
    tab = openTab(port, token);
    const { answers, sockets } = tab;
    const timesOpen = () => sockets.filter((status) => status === 101).length;
    await until(() => answers.includes(200) && timesOpen() === 1, "the tab is answered");

    stopServer();
    await until(async () => (await connector.current("/d"))?.healing !== undefined, "the tunnel heals");
    await until(async () => (await connector.current("/d"))?.stuck !== undefined, "it was given up", { pauseMs: 200 });
    expect(answers).to.include(503);
    expect(sockets).to.include(503);
    server = await serve(endpoint().path, upgraded);
    const again = await connector.connect("/d", "run1", endpoint());
    expect(again).to.include({ baseUrl: facts.baseUrl });
    await until(() => timesOpen() === 2, "the tab's WebSocket is open again");
    expect(await connector.connect("/d", "run2", endpoint())).to.include({ baseUrl: facts.baseUrl });
    await until(() => timesOpen() === 3, "it is open with the next run, too");
    expect([...answers, ...sockets]).to.not.include("ECONNREFUSED");
    expect(said).to.equal("waits\n");

    tab.close();
    const pid = Number(
      execFileSync("sh", ["-c", `cat ${folder}/hpcnb/*.json`], { encoding: "utf8" }).match(/"pid":(\d+)/)?.[1],
    );
    process.kill(pid, "SIGKILL");
    await until(() => said.includes("took"), "the second user has the port");
    const moved = await connector.connect("/d", "run1", endpoint());
    expect(moved.lostPort).to.equal(port);
    expect(portOf(moved)).not.to.equal(port);
    expect(await ask(moved.door)).to.equal(200);
    expect(said).to.equal("waits\ntook\n");
  });

  async function startSquatter(port: number): Promise<void> {
    // Where the other user can read it.
    const program = join(folder, "squatter.py");
    copyFileSync(fileURLToPath(new URL("fixtures/squatter.py", import.meta.url)), program);
    chmodSync(program, 0o755);
    chmodSync(folder, 0o711);
    const argv = ["-u", "nobody", "--", "python3", program, String(port)];
    squatter = spawn("/usr/sbin/runuser", argv, { stdio: ["ignore", "pipe", "inherit"] });
    squatter.stdout?.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    await until(() => said.includes("waits"), "the second user waits");
  }

  function stopServer(): void {
    server?.closeAllConnections();
    for (const socket of upgraded.splice(0)) socket.destroy();
    server?.close();
    server = undefined;
  }
});

/** As a command does: with the token, at the door. Resolves to the status, or to the error. */
function ask(socketPath: string | undefined): Promise<number | string> {
  return new Promise((resolve) => {
    request({ socketPath, path: "/", agent: false, headers: { authorization: `token ${token}` } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end();
  });
}

/** Whoever stops it ends the WebSockets itself: a server forgets them. */
function serve(path: string, upgraded: Duplex[]): Promise<Server> {
  const server = createServer((_, response) => response.end("notebook"));
  server.on("upgrade", (_, socket) => {
    upgraded.push(socket);
    socket.on("error", () => socket.destroy()).resume();
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}

function hasUser(name: string): boolean {
  try {
    execFileSync("id", [name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
