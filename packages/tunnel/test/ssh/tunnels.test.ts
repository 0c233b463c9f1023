import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type Endpoint, type OpenTunnel, systemClock, type Tunnel } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { createLocalHost, createSshHost } from "@hpcnb/host";
import { directTunnel, jumpTunnel, loginForwardTunnel } from "@hpcnb/tunnel";
import { expect } from "chai";
import { until } from "../../../../test/support/until.js";
import {
  accepts,
  freePort,
  needSshServer,
  type Site,
  startSilentPort,
  startSite,
} from "../../../host/test/ssh/site.js";
import { openPort } from "../../src/keeper/port.js";
import type { KeeperRequest } from "../../src/keeper/protocol.js";
import { serveKeeper } from "../../src/keeper/serve.js";

describe("ssh tunnels", () => {
  let site: Site;
  let folder: string;
  let servers: Server[];
  let socketEndpoint: Endpoint;
  let portEndpoint: Endpoint;
  let localPort: number;
  let open: OpenTunnel | undefined;

  const tunnels = { jump: jumpTunnel, "login-forward": loginForwardTunnel, direct: directTunnel };
  const kinds = ["jump", "login-forward"] as const;

  function tunnel(kind: keyof typeof tunnels, options: { alias?: string; controlDirectory?: string } = {}): Tunnel {
    const host = createSshHost({
      alias: "login",
      interactive: false,
      configFile: site.configFile,
      controlDirectory: site.controlDirectory,
      ...options,
    });
    const factory = tunnels[kind].tunnel;
    if (!factory) throw new Error("no tunnel");
    return factory.create({ host, clock: systemClock, log: () => {}, options: {} });
  }

  before(needSshServer);
  before(async () => {
    site = await startSite();
  });
  after(() => site?.stop());

  // Also after a test that failed with a host cut off, which the next ones would only repeat.
  afterEach(() => site?.repair("login", "node1"));

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb nb:"));
    const path = join(folder, "nb.sock");
    const port = await freePort();
    servers = [await serve(path), await serve(port)];
    socketEndpoint = { kind: "socket", host: "node1", path };
    portEndpoint = { kind: "port", host: "node1", address: "127.0.0.1", port };
    localPort = await freePort();
  });

  afterEach(async () => {
    await open?.close();
    open = undefined;
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true });
    // What is left is the connection to the submit node, which stays a while for the next command.
    const left = readdirSync(site.controlDirectory).filter((name) => !name.startsWith("ssh-"));
    expect(left).to.deep.equal([]);
    expect(await accepts(localPort)).to.equal(false);
  });

  it("opens a jump over the login to the node that was made ahead of time", async () => {
    const before = site.logins("node1");
    const jump = tunnel("jump");
    await jump.prepare?.("node1");
    open = await openOn(jump, socketEndpoint, localPort);
    expect(site.logins("node1") - before).to.equal(1);
    expect(await get(localPort, "/x")).to.equal("notebook /x");
  });

  it("does not try a jump twice when the one that was made ahead of time is still on its way", async () => {
    const tries: Socket[] = [];
    const mute = createTcpServer((socket) => tries.push(socket.on("error", () => {})));
    await once(mute.listen(0, "127.0.0.1"), "listening");
    const { port } = mute.address() as { port: number };
    site.configure(`Host mute\n  Port ${port}\n  ConnectTimeout 2\n`);
    const jump = tunnel("jump");
    const preparing = jump.prepare?.("mute").catch((error) => error.code);
    const error = await expectFailure(openOn(jump, { ...socketEndpoint, host: "mute" }, localPort), "HPCNB_TUNNEL");
    expect(error.message).to.match(/^mute gave no answer/);
    expect(await preparing).to.equal("HPCNB_TUNNEL");
    expect(tries).to.have.length(1);
    for (const socket of tries) socket.destroy();
    mute.close();
  });

  for (const kind of kinds) {
    describe(kind, () => {
      it("reaches a socket on a node", async () => {
        open = await openOn(tunnel(kind), socketEndpoint, localPort);
        expect(await get(localPort, "/x")).to.equal("notebook /x");
      });

      it("reaches a port on a node that only the node itself can reach", async () => {
        open = await openOn(tunnel(kind), portEndpoint, localPort);
        expect(await get(localPort, "/y")).to.equal("notebook /y");
      });

      it("needs one login at the submit node, and one at the node", async () => {
        const controlDirectory = mkdtempSync(join(site.controlDirectory, "ssh-"));
        const before = { login: site.logins("login"), node1: site.logins("node1") };
        open = await openOn(tunnel(kind, { controlDirectory }), socketEndpoint, localPort);
        await Promise.all(Array.from({ length: 8 }, () => get(localPort, "/x")));
        expect(site.logins("login") - before.login).to.equal(1);
        expect(site.logins("node1") - before.node1).to.equal(1);
        await open.close();
        open = undefined;
        leave(controlDirectory);
      });

      it("leaves nothing on the node when it is closed", async () => {
        open = await openOn(tunnel(kind), socketEndpoint, localPort);
        await open.close();
        expect(await open.closed).to.equal("closed");
        await until(() => sessionsOn(site, "node1") === 0, "nobody is logged in on the node");
      });

      it("refuses a local port that is taken, before it logs in anywhere", async () => {
        servers.push(await serve(localPort));
        const before = site.logins("node1");
        const error = await expectFailure(openOn(tunnel(kind), socketEndpoint, localPort), "HPCNB_PORT_TAKEN");
        expect(error.message).to.include(String(localPort));
        expect(site.logins("node1")).to.equal(before);
        servers.pop()?.close();
      });

      it("says so when nothing answers, and leaves nothing", async () => {
        const gone: Endpoint = { kind: "socket", host: "node1", path: join(folder, "gone.sock") };
        const error = await expectFailure(openOn(tunnel(kind), gone, localPort), "HPCNB_TUNNEL");
        expect(error.message).to.include("node1").and.to.include(gone.path);
        await until(() => sessionsOn(site, "node1") === 0, "nobody is logged in on the node");
      });

      it("names the node that refuses connections, and what was tried", async () => {
        await site.cut("node1");
        const error = await expectFailure(openOn(tunnel(kind), socketEndpoint, localPort), "HPCNB_TUNNEL");
        await site.repair("node1");
        const words = {
          jump: /^node1 cannot be reached/,
          "login-forward": /refuses connections .*on the way to node1/,
        };
        expect(error.message).to.match(words[kind]);
      });

      it("tells the submit node's failure from the node's", async () => {
        await site.cut("login");
        const error = await expectFailure(openOn(tunnel(kind), socketEndpoint, localPort), "HPCNB_SSH");
        await site.repair("login");
        expect(error.message).to.include(`refuses connections to port ${site.ports.login}`);
      });

      it("never trusts a node whose key is not known, and says what to do", async () => {
        const path = kind === "jump" ? site.knownHosts : join(site.folder, "login_known_hosts");
        const known = readFileSync(path, "utf8");
        writeFileSync(path, known.replace(new RegExp(`^.*:${site.ports.node1} .*\n`, "m"), ""));
        const error = await expectFailure(openOn(tunnel(kind), socketEndpoint, localPort), "HPCNB_TUNNEL");
        writeFileSync(path, known);
        expect(error.message).to.match(/host key of .*node1.* not known yet/);
        expect(error.hint).to.include(kind === "jump" ? "ssh -J login node1" : "ssh node1");
      });

      it("ends when the network is cut, and can be opened again on the same port", async () => {
        open = await openOn(tunnel(kind), socketEndpoint, localPort);
        await site.cut("login");
        expect(await open.closed).to.match(/ended/);
        await open.close();
        expect(await accepts(localPort)).to.equal(false);
        await site.repair("login");
        open = await openOn(tunnel(kind), socketEndpoint, localPort);
        expect(await get(localPort, "/z")).to.equal("notebook /z");
      });

      it("stops opening when it is told to", async () => {
        await expectFailure(openOn(tunnel(kind), socketEndpoint, localPort, AbortSignal.timeout(30)), "HPCNB_ABORTED");
        await until(() => sessionsOn(site, "node1") === 0, "nobody is logged in on the node");
      });

      it("leaves nothing when it was opened again with a signal that has ended since, as a keeper's does", async () => {
        const ending = new AbortController();
        const healed = await openOn(tunnel(kind), socketEndpoint, localPort, ending.signal);
        ending.abort();
        await healed.close();
        expect(readdirSync(site.controlDirectory).filter((name) => name.startsWith("way-"))).to.deep.equal([]);
        await until(() => sessionsOn(site, "node1") === 0, "nobody is logged in on the node");
      });

      it("works where connections cannot be shared", async () => {
        const long = join(folder, "x".repeat(30));
        execFileSync("mkdir", [long]);
        // Short enough for the tunnel's own socket, too long for a shared connection's.
        const controlDirectory = join(long, "y".repeat(Math.max(1, 84 - Buffer.byteLength(long))));
        execFileSync("mkdir", [controlDirectory]);
        open = await openOn(tunnel(kind, { controlDirectory }), socketEndpoint, localPort);
        expect(await get(localPort, "/x")).to.equal("notebook /x");
        await open.close();
        open = undefined;
        expect(readdirSync(controlDirectory)).to.deep.equal([]);
      });

      it("stays while nobody uses it, and leaves nothing when its process is killed", async () => {
        const options = {
          alias: "login",
          interactive: false,
          configFile: site.configFile,
          controlDirectory: site.controlDirectory,
        };
        const program = `
          import { systemClock } from "@hpcnb/core";
          import { createSshHost } from "@hpcnb/host";
          import { ${tunnels[kind] === jumpTunnel ? "jumpTunnel" : "loginForwardTunnel"} as plugin } from "@hpcnb/tunnel";
          const host = createSshHost(${JSON.stringify(options)});
          const { address } = await plugin.tunnel.create({ host, clock: systemClock, log: () => {}, options: {} }).open(${JSON.stringify(socketEndpoint)});
          console.log(address.path);
          setInterval(() => {}, 1000);`;
        const keeper = spawn(process.execPath, [...process.execArgv, "--input-type=module", "-e", program], {
          stdio: ["ignore", "pipe", "inherit"],
          cwd: new URL("../..", import.meta.url),
        });
        const [path] = await once(keeper.stdout, "data");
        // Longer than an idle connection to a node would stay.
        await new Promise((resolve) => setTimeout(resolve, 6_000));
        expect(await getBySocket(String(path).trim(), "/later")).to.equal("notebook /later");
        keeper.kill("SIGKILL");
        await until(() => sessionsOn(site, "node1") === 0, "nobody is logged in on the node");
        await until(() => !readdirSync(site.controlDirectory).some((name) => name.startsWith("node-")), "no socket");
        for (const name of readdirSync(site.controlDirectory))
          if (name.startsWith("way-")) rmSync(join(site.controlDirectory, name));
      });

      it("needs a submit node", async () => {
        const local = tunnels[kind].tunnel?.create({
          host: createLocalHost(),
          clock: systemClock,
          log: () => {},
          options: {},
        });
        const error = await expectFailure(local?.open(socketEndpoint) ?? Promise.resolve(), "HPCNB_TUNNEL");
        expect(error.hint).to.include("host");
      });
    });
  }

  describe("auto", () => {
    let silent: { port: number; stop(): void };
    let wanted: KeeperRequest;

    const auto = async () => [tunnel("jump"), tunnel("login-forward"), tunnel("direct")];

    beforeEach(async () => {
      silent = await startSilentPort();
      // A user's own limit, so that nobody waits for long here.
      site.configure(`Host walled\n  Port ${silent.port}\n  ConnectTimeout 1\n`);
      wanted = {
        controlSocket: join(folder, "k.sock"),
        run: "r1",
        endpoint: { ...socketEndpoint, host: "walled" },
        tunnels: [
          { name: "jump", options: {} },
          { name: "login-forward", options: {} },
          { name: "direct", options: {} },
        ],
        host: "login",
        sessionFile: "/nowhere",
        localPort: { port: localPort, fixed: true },
      };
    });
    afterEach(() => silent.stop());

    it("goes on with the next kind when a firewall drops ssh to the node, and says so", async () => {
      configureLogin(`Host walled\n  Port ${site.ports.node1}\n`);
      const ending = new AbortController();
      const keeper = await serveKeeper(wanted, auto, { signal: ending.signal });
      expect(keeper.status).to.include({ kind: "login-forward", port: localPort });
      expect(keeper.status.failures).to.deep.equal([{ kind: "jump", why: "walled gave no answer." }]);
      expect(await get(localPort, "/x")).to.equal("notebook /x");
      ending.abort();
      await keeper.ended;
    });

    it("names every kind and why it failed when none works", async () => {
      configureLogin(`Host walled\n  Port ${await freePort()}\n`);
      const gone: Endpoint = { kind: "socket", host: "walled", path: join(folder, "gone.sock") };
      const error = await expectFailure(serveKeeper({ ...wanted, endpoint: gone }, auto), "HPCNB_TUNNEL");
      expect(error.message).to.match(
        /^No tunnel reaches the notebook on walled\. Tried in this order:\n {2}jump \(for \d+ s\): walled gave no answer\.\n(.|\n)*\n {2}login-forward.*: From login: .* refuses connections(.|\n)*\n {2}direct: The tunnel "direct" reaches this machine only/,
      );
    });

    function configureLogin(text: string): void {
      writeFileSync(site.loginConfigFile, text + readFileSync(site.loginConfigFile, "utf8"));
    }
  });

  it("login-forward reaches a notebook on the submit node itself without a second login", async () => {
    const before = site.logins("node1");
    open = await openOn(tunnel("login-forward"), { ...socketEndpoint, host: hostname() }, localPort);
    expect(await get(localPort, "/x")).to.equal("notebook /x");
    expect(site.logins("node1")).to.equal(before);
  });

  it("jump takes no forwardings of the user's own configuration", async () => {
    site.configure(`Host node1\n  LocalForward ${localPort} 127.0.0.1:1\n  ExitOnForwardFailure yes\n`);
    open = await openOn(tunnel("jump"), socketEndpoint, localPort);
    expect(await get(localPort, "/x")).to.equal("notebook /x");
  });
});

/** As the keeper does it: the port first, then the tunnel behind it. */
async function openOn(
  tunnel: Tunnel,
  endpoint: Endpoint,
  localPort: number,
  signal?: AbortSignal,
): Promise<OpenTunnel> {
  const port = await openPort({ port: localPort, fixed: true });
  const opened = await tunnel.open(endpoint, signal).catch(async (error) => {
    await port.close();
    throw error;
  });
  port.leadTo(opened.address);
  return {
    ...opened,
    close: async () => {
      await port.close();
      await opened.close();
    },
  };
}

function getBySocket(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    })
      .on("error", reject)
      .end();
  });
}

function serve(where: string | number): Promise<Server> {
  const server = createServer((request, response) => response.end(`notebook ${request.url}`));
  return new Promise((resolve) => {
    if (typeof where === "string") server.listen(where, () => resolve(server));
    else server.listen(where, "127.0.0.1", () => resolve(server));
  });
}

async function get(port: number, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) });
  return response.text();
}

/** Sessions that the site's server has open now. */
function sessionsOn(site: Site, server: "login" | "node1"): number {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim());
  const listener = rows.find((row) => row.includes(`sshd-${server} `) && row.includes(site.folder))?.split(/\s+/)[0];
  return rows.filter((row) => row.split(/\s+/)[1] === listener).length;
}

function leave(controlDirectory: string): void {
  for (const name of readdirSync(controlDirectory))
    execFileSync("ssh", ["-F", "/dev/null", "-S", join(controlDirectory, name), "-O", "exit", "x"], {
      stdio: "ignore",
    });
}
