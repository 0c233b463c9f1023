import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { Endpoint } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { makeTunnelKeys } from "@hpcnb/tunnel";
import { expect } from "chai";
import { floodPort } from "../../../../test/support/strangers.js";
import { until } from "../../../../test/support/until.js";
import { notebookTls } from "../../src/tls/notebook-tls.js";
import { type PythonRelay, sides, startPythonRelay } from "../fixtures/python-relay.js";

describe("TLS between keeper and notebook job", function () {
  this.timeout(120_000);

  let folder: string;
  let keys: ReturnType<typeof sides>;
  let server: Server;
  let relay: PythonRelay;
  /** Connections that reached what stands for the notebook. */
  let reached: number;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-tls-"));
    keys = sides(await makeTunnelKeys());
    const path = join(folder, "nb.sock");
    // Says it back, and ends when the other side does.
    server = createServer({ allowHalfOpen: true }, (socket) => {
      reached += 1;
      socket.on("error", () => socket.destroy());
      socket.pipe(socket);
    });
    await once(server.listen(path), "listening");
    const endpoint: Endpoint = { kind: "socket", host: "node1", path };
    relay = await startPythonRelay(keys.notebook, endpoint);
  });
  beforeEach(() => {
    reached = 0;
  });
  after(async () => {
    await relay?.stop();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const dial = async (): Promise<Socket> => {
    const socket = connect({ port: relay.port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    return socket;
  };

  /** All that the relay says to a stranger, after which it closes. */
  const heard = async (socket: Socket): Promise<Buffer> => {
    const said: Buffer[] = [];
    socket.on("data", (data: Buffer) => said.push(data));
    for (const event of ["error", "end"]) socket.on(event, () => socket.destroy());
    await new Promise((resolve) => socket.on("close", resolve));
    return Buffer.concat(said);
  };

  it("passes bytes on, and each direction ends on its own", async () => {
    const secured = await notebookTls(keys.keeper)(await dial());
    expect(secured.getProtocol()).to.equal("TLSv1.3");
    const words = Buffer.alloc(5_000_000, "some words ");
    secured.end(words);
    expect((await buffer(secured)).equals(words)).to.equal(true);
  });

  it("refuses a keeper of another run, and one that takes another notebook for its own", async () => {
    const other = sides(await makeTunnelKeys());
    await expectFailure(notebookTls(other.keeper)(await dial()), "HPCNB_TUNNEL");
    const impostor = await notebookTls({ ...other.keeper, peer: keys.keeper.peer })(await dial());
    impostor.write("GET / HTTP/1.0\r\n\r\n");
    expect((await heard(impostor)).length).to.equal(0);
    expect(reached).to.equal(0);
  });

  const strangers: [what: string, options: ConnectionOptions][] = [
    ["without a certificate", {}],
    ["of TLS 1.2", { maxVersion: "TLSv1.2" }],
  ];
  for (const [what, options] of strangers)
    it(`says nothing of the notebook to a stranger ${what}`, async () => {
      const stranger = connectTls({ socket: await dial(), rejectUnauthorized: false, ...options });
      stranger.write("GET / HTTP/1.0\r\n\r\n");
      expect((await heard(stranger)).length).to.equal(0);
      expect(reached).to.equal(0);
    });

  it("says nothing to a stranger that speaks no TLS, or says nothing", async () => {
    const talker = await dial();
    talker.write("GET / HTTP/1.0\r\n\r\n");
    expect((await heard(talker)).toString("latin1")).to.not.match(/HTTP|Jupyter|hpcnb/);
    const silent = await dial();
    silent.end();
    expect((await heard(silent)).length).to.equal(0);
    expect(reached).to.equal(0);
  });

  it("takes nothing that was recorded", async () => {
    const recorded: Buffer[] = [];
    const tap = createServer({ allowHalfOpen: true }, (incoming) => {
      const outgoing = connect({ port: relay.port, host: "127.0.0.1", allowHalfOpen: true });
      incoming.on("data", (data: Buffer) => recorded.push(data));
      incoming.pipe(outgoing).pipe(incoming);
    });
    await once(tap.listen(0, "127.0.0.1"), "listening");
    const { port } = tap.address() as { port: number };
    const raw = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(raw, "connect");
    const secured = await notebookTls(keys.keeper)(raw);
    secured.end("words");
    expect(String(await buffer(secured))).to.equal("words");
    tap.close();
    expect(reached).to.equal(1);

    const replay = await dial();
    for (const data of recorded) replay.write(data);
    await heard(replay);
    expect(reached).to.equal(1);
  });

  it("stays reachable while a stranger keeps 1,000 connections open that say nothing", async () => {
    const done = join(folder, "done");
    const words = JSON.stringify({
      host: "127.0.0.1",
      port: relay.port,
      count: 1_000,
      begun: join(folder, "begun"),
      done,
    });
    const flood = spawn("python3", ["-c", floodPort], { stdio: ["pipe", "pipe", "inherit"] });
    flood.stdin.end(words);
    const opened = text(flood.stdout);
    try {
      await until(() => existsSync(join(folder, "begun")));
      for (let count = 0; count < 20; count += 1) {
        // A keeper comes again, too, when the flood has swept it away.
        await until(async () => {
          const secured = await notebookTls(keys.keeper)(await dial()).catch(() => undefined);
          secured?.end("words");
          return secured !== undefined && (await text(secured)) === "words";
        });
      }
    } finally {
      writeFileSync(done, "");
    }
    expect(Number(await opened)).to.be.greaterThan(999);
  });

  it("stays reachable behind 1,000 connections that say nothing, with bounded memory", async () => {
    const before = memoryMiB(relay);
    const silent = await Promise.all(Array.from({ length: 1_000 }, dial));
    for (const socket of silent) socket.on("error", () => {});
    try {
      const secured = await notebookTls(keys.keeper)(await dial());
      secured.end("words");
      expect(String(await buffer(secured))).to.equal("words");
      expect(memoryMiB(relay) - before).to.be.lessThan(40);
    } finally {
      for (const socket of silent) socket.destroy();
    }
  });
});

function memoryMiB({ process: { pid } }: PythonRelay): number {
  const [, kilobytes = ""] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}
