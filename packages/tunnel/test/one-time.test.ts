import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, get, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";
import { freePort } from "../../host/test/ssh/site.js";
import { createOneTimePaths, oneTimePathIn } from "../src/keeper/one-time.js";
import { peerUser, userOf } from "../src/keeper/peer-user.js";
import { type LocalPort, openPort } from "../src/keeper/port.js";

const login = { page: "/lab", login: "/lab?token=secret" };

describe("one-time paths", () => {
  const clock = new SimulatedClock();

  it("are used once, and may be used again when they were of no use", () => {
    const paths = createOneTimePaths(clock);
    const path = paths.make(login);
    expect(paths.look(path)).to.deep.equal({ login });
    expect(paths.use(path)).to.deep.equal({ login });
    expect(paths.look(path)).to.deep.equal({ refusal: "used" });
    expect(paths.use(path)).to.deep.equal({ refusal: "used" });
    paths.giveBack(path);
    expect(paths.use(path)).to.deep.equal({ login });
  });

  it("end after a minute", async () => {
    const paths = createOneTimePaths(clock);
    const path = paths.make(login);
    await clock.run(clock.sleep(59_000));
    expect(paths.look(path)).to.deep.equal({ login });
    await clock.run(clock.sleep(1_000));
    expect(paths.use(path)).to.deep.equal({ refusal: "expired" });
  });

  it("cannot be guessed, differ, and are forgotten when there are many newer ones", () => {
    const paths = createOneTimePaths(clock);
    const made = Array.from({ length: 101 }, () => paths.make(login));
    expect(new Set(made).size).to.equal(101);
    // 256 bits in base64.
    for (const path of made) expect(path).to.match(/^\/hpcnb\/open\/[\w-]{43}$/);
    const [first = "", second = ""] = made;
    expect(paths.use(first)).to.deep.equal({ refusal: "unknown" });
    expect(paths.use(second)).to.deep.equal({ login });
  });

  for (const [request, path] of [
    ["GET /hpcnb/open/a-_9 HTTP/1.1\r\nHost: x\r\n\r\n", "/hpcnb/open/a-_9"],
    ["GET /hpcnb/open/a HTTP/1.0\r\n\r\n", "/hpcnb/open/a"],
    ["POST /hpcnb/open/a HTTP/1.1\r\n\r\n", undefined],
    ["GET /hpcnb/open/ HTTP/1.1\r\n\r\n", undefined],
    ["GET /hpcnb/open/a/../b HTTP/1.1\r\n\r\n", undefined],
    ["GET /lab?next=/hpcnb/open/a HTTP/1.1\r\n\r\n", undefined],
    ["\r\nGET /hpcnb/open/a HTTP/1.1\r\n\r\n", undefined],
    [`GET /hpcnb/open/${"a".repeat(300)} HTTP/1.1\r\n\r\n`, undefined],
  ] as const)
    it(`${path === undefined ? "are not found" : "are found"} in ${JSON.stringify(request.slice(0, 60))}`, () => {
      expect(oneTimePathIn(Buffer.from(request))).to.equal(path);
    });
});

describe("the user of a connection", () => {
  // cat /proc/net/tcp, Linux 6.1; the last line as a dual-stack program has it in tcp6.
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:22B8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 20511 1 0000000000000000 100 0 0 10 0
   1: 0100007F:22B8 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000  1000        0 31000 1 0000000000000000 20 4 30 10 -1
   2: 0A00000A:A1B2 0100000A:22B8 01 00000000:00000000 00:00000000 00000000  1001        0 31001 1 0000000000000000 20 4 30 10 -1
   3: 0100007F:A1B2 0100007F:22B8 01 00000000:00000000 00:00000000 00000000  1002        0 31002 1 0000000000000000 20 4 30 10 -1
   4: 0000000000000000FFFF00000100007F:A1B3 0000000000000000FFFF00000100007F:22B8 01 00000000:00000000 00:00000000 00000000  1003        0 31003 1 0000000000000000 20 4 30 10 -1
`;
  for (const [from, user] of [
    [0xa1b2, 1002],
    [0xa1b3, 1003],
    [0xa1b4, undefined],
  ] as const)
    it(`is ${user} for the one from port ${from}`, () => {
      expect(userOf(table, { from, to: 8888 })).to.equal(user);
    });

  it("is found for a connection of this process", async function () {
    if (process.platform !== "linux") this.skip(); // needs /proc/net/tcp
    const server = createTcpServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const visitor = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [socket] = await once(server, "connection");
    try {
      expect(await peerUser(socket)).to.equal(process.getuid?.());
    } finally {
      visitor.destroy();
      socket.destroy();
      server.close();
    }
  });
});

describe("a one-time address", function () {
  this.timeout(120_000);
  let folder: string;
  let server: Server;
  let port: LocalPort;
  let letsIn: boolean;
  /** The requests that reached the notebook: each with the host's name that the browser used. */
  let asked: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-once-"));
    letsIn = true;
    asked = [];
    server = createServer(({ url, headers }, response) => {
      asked.push(`${headers.host}${url}`);
      if (url === login.login && letsIn) response.setHeader("set-cookie", ["login=1; HttpOnly; Path=/", "_xsrf=2"]);
      else if (url === login.login) response.statusCode = 403;
      response.end(`the notebook's ${url}`);
    });
    await once(server.listen(join(folder, "nb.sock")), "listening");
    port = await openPort({ port: await freePort(), fixed: true });
    port.leadTo({ path: join(folder, "nb.sock") });
  });

  afterEach(async () => {
    await port.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const visit = (address: string) => fetch(address, { redirect: "manual" });
  const expectRefusal = async (answer: Response, status: number, words: string) => {
    expect(answer.status).to.equal(status);
    expect(answer.headers.getSetCookie()).to.deep.equal([]);
    expect(await answer.text())
      .to.include(words)
      .and.not.include("secret");
  };

  it("leads to the page with the cookies of a login, and never shows the token", async () => {
    const address = port.oneTimeAddress(login);
    expect(address).to.match(new RegExp(`^http://127\\.0\\.0\\.1:${port.number}/hpcnb/open/`));
    expect(port.isVisited(address)).to.equal(false);
    const answer = await visit(address);
    expect(port.isVisited(address)).to.equal(true);
    expect(answer.status).to.equal(303);
    expect(answer.headers.get("location")).to.equal("/lab");
    expect(answer.headers.getSetCookie()).to.deep.equal(["login=1; HttpOnly; Path=/", "_xsrf=2"]);
    expect(answer.headers.get("cache-control")).to.equal("no-store");
    expect(answer.headers.get("referrer-policy")).to.equal("no-referrer");
    expect(JSON.stringify([...answer.headers]) + (await answer.text())).to.not.include("secret");
    // The cookie's name has the browser's name of the host in it.
    expect(asked).to.deep.equal([`127.0.0.1:${port.number}/lab?token=secret`]);
  });

  it("lets nobody in a second time, and says so", async () => {
    const address = port.oneTimeAddress(login);
    await visit(address);
    await expectRefusal(await visit(address), 410, "was used already");
  });

  it("lets one in of many who come at once", async () => {
    const address = port.oneTimeAddress(login);
    const answers = await Promise.all(Array.from({ length: 20 }, () => visit(address)));
    expect(answers.filter(({ status }) => status === 303)).to.have.length(1);
  });

  it("is none that was never made", async () => {
    await expectRefusal(await visit(`http://127.0.0.1:${port.number}/hpcnb/open/guessed`), 404, "not known here");
    expect(asked).to.deep.equal([]);
  });

  it("is not used up while the notebook lets nobody in, or nothing leads there", async () => {
    const address = port.oneTimeAddress(login);
    letsIn = false;
    await expectRefusal(await visit(address), 503, "lets nobody in (status 403)");
    port.leadNowhere("the tunnel is away");
    await expectRefusal(await visit(address), 503, "the tunnel is away");
    letsIn = true;
    port.leadTo({ path: join(folder, "nb.sock") });
    expect((await visit(address)).status).to.equal(303);
  });

  it("works over a connection that a tab has used before, which goes on for others", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (path: string) =>
      new Promise<{ answer: IncomingMessage; port: number | undefined }>((resolve, reject) => {
        get({ host: "127.0.0.1", port: port.number, path, agent }, (answer) => {
          const { localPort } = answer.socket;
          answer.resume().on("end", () => resolve({ answer, port: localPort }));
        }).on("error", reject);
      });
    try {
      const first = await ask("/tree");
      const second = await ask(new URL(port.oneTimeAddress(login)).pathname);
      expect(second.port).to.equal(first.port);
      expect(second.answer.statusCode).to.equal(303);
      expect(second.answer.headers.location).to.equal("/lab");
      expect((await ask("/lab")).answer.statusCode).to.equal(200);
    } finally {
      agent.destroy();
    }
  });

  it("lets another user of this machine in never, and leaves it to its own", async function () {
    if (process.getuid?.() !== 0) this.skip(); // only root can become another user
    const address = port.oneTimeAddress(login);
    const program = `import sys, urllib.request, urllib.error
try:
    print(urllib.request.urlopen(sys.argv[1]).status)
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())`;
    const nobody = { uid: 65_534, gid: 65_534, cwd: "/" };
    const { stdout } = await promisify(execFile)("python3", ["-c", program, address], nobody);
    expect(stdout).to.match(/^403/).and.to.include("another user").and.to.not.include("secret");
    expect(asked).to.deep.equal([]);
    expect((await visit(address)).status).to.equal(303);
  });
});
