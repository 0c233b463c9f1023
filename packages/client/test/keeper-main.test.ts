import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Endpoint } from "@hpcnb/core";
import { createSshHost } from "@hpcnb/host";
import { createConnector } from "@hpcnb/tunnel";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { needSshServer, type Site, startSite } from "../../host/test/ssh/site.js";
import { fromSource } from "../../tunnel/test/fixtures/from-source.js";

/**
 * The keeper's program itself, with an ssh to a node that it has made ready before anybody wants a
 * tunnel.
 */
describe("a keeper that is not used", () => {
  const saved = { ...process.env };
  let site: Site;

  before(needSshServer);
  before(async () => {
    site = await startSite();
    // What the user's own ~/.ssh/config would be.
    const bin = join(site.folder, "bin-here");
    mkdirSync(bin);
    writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${site.configFile} "$@"\n`, { mode: 0o755 });
    process.env.PATH = `${bin}:${saved.PATH}`;
    process.env.XDG_RUNTIME_DIR = site.controlDirectory;
    process.env.NODE_OPTIONS = fromSource.join(" ");
  });
  after(async () => {
    for (const name of ["PATH", "XDG_RUNTIME_DIR", "NODE_OPTIONS"]) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
    await site?.stop();
  });

  const options = {
    keeperProgram: [...fromSource, fileURLToPath(new URL("../src/keeper-main.ts", import.meta.url))],
    alias: "login",
    sessionFile: "/nowhere/session.yaml",
    tunnels: [{ name: "jump", options: {} }],
  };

  it("ends with the command that had it made ready", async () => {
    const program = `
      import { createSshHost } from "@hpcnb/host";
      import { createConnector } from "@hpcnb/tunnel";
      const host = createSshHost({ alias: "login", interactive: false });
      createConnector({ ...${JSON.stringify(options)}, host, localPort: undefined }).prepare("/d", "node1");
      setInterval(() => {}, 1000);`;
    const command = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: "inherit",
      cwd: new URL("..", import.meta.url),
    });
    await until(() => site.logins("node1") === 1, "the keeper has logged in to the node");
    command.kill("SIGKILL");
    await until(() => keepers() === 0, "no keeper is left");
    await until(() => connectionsTo("node-") === 0, "nobody is logged in to the node");
  });

  it("ends when the port that it must use is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const host = createSshHost({ alias: "login", interactive: false });
    const connector = createConnector({ ...options, host, localPort: port });
    connector.prepare?.("/d", "node1");
    const before = site.logins("node1");
    await until(() => site.logins("node1") > before, "the keeper has logged in to the node");
    const endpoint: Endpoint = { kind: "socket", host: "node1", path: "/nowhere" };
    const error = await connector.connect("/d", "r1", endpoint).catch((reason) => reason);
    server.close();
    expect(error).to.include({ code: "HPCNB_PORT_TAKEN" });
    await until(() => keepers() === 0, "no keeper is left");
    await until(() => connectionsTo("node-") === 0, "nobody is logged in to the node");
  });

  function keepers(): number {
    return processes().filter((line) => line.includes("keeper-main.ts") && !line.includes("input-type")).length;
  }

  /** Shared connections whose sockets are called like that. */
  function connectionsTo(name: string): number {
    return processes().filter((line) => line.includes(`${site.controlDirectory}/hpcnb/${name}`)).length;
  }
});

function processes(): string[] {
  return execFileSync("ps", ["-eo", "args="], { encoding: "utf8" }).split("\n");
}
