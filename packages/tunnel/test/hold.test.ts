import { once } from "node:events";
import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, HpcnbError, type OpenTunnel, systemClock, type Tunnel } from "@hpcnb/core";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { freePort } from "../../host/test/ssh/site.js";
import { askKeeper, stopKeeper } from "../src/keeper/ask.js";
import type { KeeperRequest, KeeperStatus } from "../src/keeper/protocol.js";
import { type RunningKeeper, serveKeeper } from "../src/keeper/serve.js";

/** The keeper's port is nobody else's from its first tunnel to its end. */
describe("a keeper's port", () => {
  let folder: string;
  let request: KeeperRequest;
  let notebook: Server;
  let keeper: RunningKeeper | undefined;
  let tunnel: Tunnel & { break(): void; turns: ("opens" | "is gone")[] };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-hold-"));
    request = {
      controlSocket: join(folder, "0123456789abcdef.sock"),
      run: "r1",
      endpoint: { kind: "socket", host: "node1", path: "/x" },
      tunnels: [{ name: "fake", options: {} }],
      host: "login",
      sessionFile: "/nowhere",
      localPort: { port: await freePort(), fixed: true },
    };
    tunnel = breakable(join(folder, "nb.sock"));
    notebook = createServer((_, response) => response.end("notebook"));
    await once(notebook.listen(join(folder, "nb.sock")), "listening");
  });
  afterEach(async () => {
    await stopKeeper(request.controlSocket);
    await keeper?.ended;
    keeper = undefined;
    notebook.closeAllConnections();
    notebook.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async () => {
    keeper = await serveKeeper(request, async () => [tunnel], { clock: quickClock() });
  };
  const status = async (op: "status" | "open" = "status"): Promise<KeeperStatus> => {
    const reply = await askKeeper(request.controlSocket, op === "open" ? { op, request } : { op });
    if (reply.is !== "answer") throw new Error(`no answer but ${reply.is}`);
    return reply.answer;
  };
  const answer = async () => (await fetch(`http://127.0.0.1:${request.localPort.port}`)).status;
  const reaches = (state: KeeperStatus["state"]) => until(async () => (await status()).state === state, state);

  it("answers 503 and stays its own while the tunnel heals, and after that was given up", async () => {
    await start();
    expect(await answer()).to.equal(200);
    tunnel.turns = ["is gone", "is gone", "is gone", "is gone"];
    const answers: number[] = [];
    const watching = setInterval(() => answer().then((code) => answers.push(code)), 5);
    tunnel.break();
    await reaches("closed");
    clearInterval(watching);
    // A refused connection would have been thrown.
    expect(new Set([...answers, await answer()])).to.deep.equal(new Set([503]));
    expect(await status()).to.deep.include({ state: "closed", port: request.localPort.port });
  });

  it("leads to the notebook again when somebody asks for it after it was given up", async () => {
    await start();
    tunnel.turns = ["is gone", "is gone", "is gone", "is gone", "opens"];
    tunnel.break();
    await reaches("closed");
    expect((await status("open")).state).to.equal("opening");
    await reaches("open");
    expect(await answer()).to.equal(200);
  });

  it("is kept when another run is asked for", async () => {
    await start();
    request = { ...request, run: "r2" };
    await status("open");
    await reaches("open");
    expect(await status()).to.include({ run: "r2", port: request.localPort.port });
    expect(await answer()).to.equal(200);
  });

  it("is told to nobody who does not speak as a command does, and to a question that is none with what is wrong", async () => {
    await start();
    for (const question of ["nonsense", "null", "{}", '{"op":"open"}', '{"op":"open","request":{"run":7}}']) {
      const socket = connect(request.controlSocket, () => socket.write(`${question}\n`));
      const [said] = await once(socket, "data");
      expect(JSON.parse(String(said))).to.have.all.keys("problem");
    }
    expect((await status()).state).to.equal("open");
  });

  it("is let go by a keeper whose place another one has taken, and the other one's files stay", async () => {
    await start();
    const replaced = keeper;
    for (const name of readdirSync(folder)) if (name.startsWith("0123")) rmSync(join(folder, name));
    const port = request.localPort.port;
    request = { ...request, localPort: { port: await freePort(), fixed: true } };
    await start();
    const names = readdirSync(folder);
    await replaced?.ended;
    expect(readdirSync(folder)).to.deep.equal(names);
    const door = connect(join(folder, "0123456789abcdef.door"));
    await once(door, "connect");
    door.destroy();
    expect(await answer()).to.equal(200);
    expect(await fetch(`http://127.0.0.1:${port}`).catch(() => "refused")).to.equal("refused");
  });

  it("stays when the directory of its control socket is removed, and is found where the next commands look", async () => {
    const saved = process.env.XDG_RUNTIME_DIR;
    const place = join(folder, "login");
    process.env.XDG_RUNTIME_DIR = folder;
    request = { ...request, controlSocket: join(folder, "hpcnb", "0123456789abcdef.sock") };
    rmSync(place, { recursive: true, force: true });
    const { runtimeDirectory } = await import("@hpcnb/host");
    runtimeDirectory();
    await start();
    renameSync(join(folder, "hpcnb"), place);
    await until(async () => (await askKeeper(request.controlSocket, { op: "status" })).is === "answer", "found again");
    await reaches("open");
    expect(await answer()).to.equal(200);
    await stopKeeper(request.controlSocket);
    await keeper?.ended;
    expect(readdirSync(join(folder, "hpcnb"))).to.deep.equal([]);
    if (saved === undefined) delete process.env.XDG_RUNTIME_DIR;
    else process.env.XDG_RUNTIME_DIR = saved;
  });
});

/** Pauses are as short as they can be, but for the longest, which is not waited for. */
function quickClock(): Clock {
  return {
    now: systemClock.now,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds > 3_600_000 ? milliseconds : 20, signal),
  };
}

function breakable(path: string): Tunnel & { break(): void; turns: ("opens" | "is gone")[] } {
  let cut = () => {};
  const tunnel = {
    kind: "fake",
    turns: [] as ("opens" | "is gone")[],
    break: () => cut(),
    open: async (): Promise<OpenTunnel> => {
      if (tunnel.turns.shift() === "is gone") throw new HpcnbError("HPCNB_TUNNEL", "it is gone");
      const closed = new Promise<string>((resolve) => {
        cut = () => resolve("cut");
      });
      return { address: { path }, closed, close: async () => cut() };
    },
  };
  return tunnel;
}
