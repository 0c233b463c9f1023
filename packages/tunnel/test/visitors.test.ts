import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { freePort } from "../../host/test/ssh/site.js";
import { type LocalPort, openPort } from "../src/keeper/port.js";

describe("a port that is held", () => {
  let folder: string;
  let server: Server;
  let port: LocalPort;
  let strangers: Socket[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-port-"));
    strangers = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => response.end(`${request.url} ${Buffer.concat(chunks).length}`));
    });
    await once(server.listen(join(folder, "nb.sock")), "listening");
    port = await openPort({ port: await freePort(), fixed: true });
  });
  afterEach(async () => {
    for (const socket of strangers) socket.destroy();
    await port.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const url = () => `http://127.0.0.1:${port.number}`;
  const lead = () => port.leadTo({ path: join(folder, "nb.sock") });
  const get = async () => (await fetch(`${url()}/x`, { signal: AbortSignal.timeout(10_000) })).text();

  it("answers 503 with why, without markup of it, until something is behind it, and again afterwards", async () => {
    port.leadNowhere("it is <b>away</b>");
    const answer = await fetch(url(), { method: "POST", body: "x".repeat(1_000_000) });
    expect(answer.status).to.equal(503);
    expect(await answer.text())
      .to.include("it is &#60;b&#62;away")
      .and.to.include('http-equiv="refresh"');
    lead();
    expect(await get()).to.equal("/x 0");
    port.leadNowhere("again");
    expect((await fetch(url())).status).to.equal(503);
  });

  it("answers 503 when the way has ended, and nobody has noticed yet", async () => {
    port.leadTo({ path: join(folder, "gone.sock") });
    expect((await fetch(url())).status).to.equal(503);
  });

  it("passes on what comes with the head and after it, whole and in order", async () => {
    lead();
    const answer = await fetch(`${url()}/y`, { method: "POST", body: "x".repeat(3_000_000) });
    expect(await answer.text()).to.equal("/y 3000000");
  });

  it("has a door that leads to the same place", async () => {
    lead();
    await port.openDoor(join(folder, "door"));
    const door = connect(join(folder, "door"));
    door.write("GET /door HTTP/1.0\r\n\r\n");
    const [answer] = await once(door, "data");
    expect(String(answer)).to.match(/^HTTP\/1\.1 200/);
  });

  for (const [what, said] of [
    ["say nothing", ""],
    ["have said half of what they want", "GET /api HTTP/1.1\r\n"],
    ["were answered, and say no more", "GET /api HTTP/1.1\r\nHost: x\r\n\r\n"],
  ] as const)
    it(`lets its user in while 1,500 connections of a stranger ${what}`, async () => {
      lead();
      for (let count = 0; count < 1_500; count += 1) {
        const socket = connect(port.number, "127.0.0.1");
        // It is closed for another one, as is intended here.
        socket.on("error", () => socket.destroy()).resume();
        strangers.push(socket);
        await once(socket, "connect");
        if (said) socket.write(said);
      }
      expect(await get()).to.equal("/x 0");
      const open = strangers.filter((socket) => !socket.destroyed && socket.readyState === "open");
      expect(open.length).to.be.below(1_500);
    });

  it("ends a connection that does not say what it wants", async () => {
    lead();
    const socket = connect(port.number, "127.0.0.1");
    strangers.push(socket);
    socket.write("GET ");
    await once(socket.resume(), "close");
  });
});
