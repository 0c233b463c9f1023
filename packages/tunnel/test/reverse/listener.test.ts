import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expectFailure } from "@hpcnb/core/testing";
import { createSshHost } from "@hpcnb/host";
import { expect } from "chai";
import { until } from "../../../../test/support/until.js";
import { accepts, freePort, needSshServer, type Site, startSite } from "../../../host/test/ssh/site.js";
import { type Listener, openListener } from "../../src/reverse/listener.js";

describe("The listener on the submit node", () => {
  let site: Site;
  let folder: string;
  let socket: string;
  let keeper: Server;
  let arrived: { socket: Socket; text: string }[];
  let listener: Listener | undefined;
  const opened: Socket[] = [];

  before(needSshServer);
  before(async () => {
    site = await startSite();
  });
  after(() => site?.stop());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-"));
    socket = join(folder, "keeper");
    arrived = [];
    keeper = createServer((incoming) => {
      const one = { socket: incoming, text: "" };
      arrived.push(one);
      incoming.on("error", () => {});
      incoming.on("data", (chunk) => {
        one.text += chunk;
      });
    });
    await new Promise<void>((resolve) => keeper.listen(socket, resolve));
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) one.destroy();
    for (const one of arrived) one.socket.destroy();
    await listener?.close();
    listener = undefined;
    keeper.close();
    rmSync(folder, { recursive: true });
    await site.repair("login");
  });

  function connection({ configFile, controlDirectory }: Site) {
    return createSshHost({ alias: "login", interactive: false, configFile, controlDirectory }).connection;
  }

  async function open(ports?: { low: number; high: number }, at = site): Promise<Listener> {
    listener = await openListener(connection(at), { socket, ports });
    return listener;
  }

  function dial(port: number, text = ""): Socket {
    const dialled = connect(port, "127.0.0.1");
    dialled.on("error", () => {}).resume();
    if (text !== "") dialled.write(text);
    opened.push(dialled);
    return dialled;
  }

  const isClosed = (one: Socket) => one.destroyed || one.readableEnded || one.closed;

  it("passes on what says something, with its number before it, both ways", async () => {
    const { port, hosts } = await open();
    expect(hosts).to.not.be.empty;
    const dialled = dial(port, "hello");
    await until(() => arrived[0]?.text === "1\nhello", "the keeper has heard it");
    let answer = "";
    dialled.on("data", (chunk) => {
      answer += chunk;
    });
    arrived[0]?.socket.end("good day");
    await until(() => answer === "good day" && dialled.readableEnded, "the answer and its end");
  });

  it("passes on much in both directions at once, whole", async () => {
    const { port } = await open();
    const megabytes = Buffer.alloc(8_000_000, "0123456789");
    const dialled = dial(port, "x");
    await until(() => arrived.length === 1, "a connection");
    let [there, back] = [0, 0];
    arrived[0]?.socket.on("data", (chunk) => {
      there += chunk.length;
    });
    dialled.on("data", (chunk) => {
      back += chunk.length;
    });
    dialled.write(megabytes);
    arrived[0]?.socket.write(megabytes);
    await until(() => there >= megabytes.length && back === megabytes.length, "all of it");
  });

  it("takes a port of a range", async () => {
    const low = await freePort();
    const { port } = await open({ low, high: low + 20 });
    expect(port).to.be.within(low, low + 20);
  });

  it("keeps strangers from each other's place, and lets who is known stay", async function () {
    this.timeout(120_000);
    const { port, know } = await open();
    const known = dial(port, "known");
    await until(() => arrived.length === 1, "a connection");
    know(1);
    const silent = Array.from({ length: 1000 }, () => dial(port));
    await until(() => silent.filter((one) => !isClosed(one)).length <= 64, "the oldest were closed");
    expect(arrived).to.have.length(1);
    dial(port, "late");
    await until(() => arrived[1]?.text.endsWith("\nlate") === true, "one that comes after them is passed on");
    await until(() => silent.every(isClosed), "the others, after some seconds");
    expect(isClosed(known)).to.equal(false);
  });

  it("leaves nothing when it is closed, and when the network is cut", async () => {
    for (const end of [async () => listener?.close(), () => site.cut("login")]) {
      const before = remains();
      const { port, ended } = await open();
      const made = remains().filter((path) => !before.includes(path));
      expect(made).to.have.length(1);
      expect(statSync(made[0] ?? "").mode & 0o777).to.equal(0o700);
      await end();
      expect(await ended).to.match(/ended/);
      await until(async () => !(await accepts(port)), "nobody listens");
      await until(() => remains().every((path) => before.includes(path)), "the directory is gone");
      listener = undefined;
    }
  });

  it("leads through a port of loopback where sockets are not forwarded", async () => {
    const strict = await startSite("AllowStreamLocalForwarding no");
    try {
      const { port } = await open({ low: 0, high: 0 }, strict);
      dial(port, "hello");
      await until(() => arrived[0]?.text === "1\nhello", "the keeper has heard it");
      await listener?.close();
      listener = undefined;
    } finally {
      await strict.stop();
    }
  });

  it("says why it cannot listen", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "::", resolve));
    const { port } = taken.address() as { port: number };
    const error = await expectFailure(open({ low: port, high: port }), "HPCNB_TUNNEL");
    taken.close();
    expect(error.message).to.include(
      `on login failed: It cannot listen on a port of ${port}-${port}: Address already in use.`,
    );
  });

  function remains(): string[] {
    return [...new Set([process.env.XDG_RUNTIME_DIR ?? "/tmp", "/tmp"])]
      .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
      .filter((path) => basename(path).startsWith("hpcnb-listener-"));
  }
});
