import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { createPluginLoader } from "../src/plugins/load-plugin.js";
import { findSites } from "../src/sites.js";
import { type HowToLoad, loadValidSession } from "../src/valid-session.js";
import { pluginOfAllKinds } from "./plugins/plugin-of-all-kinds.js";

const examples = fileURLToPath(new URL("../../../examples/sites", import.meta.url));

describe("sites on this machine", () => {
  let folder: string;
  let own: string;
  let machine: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-sites-"));
    [own, machine] = [join(folder, "own"), join(folder, "machine")];
    for (const path of [own, machine]) mkdirSync(path);
    file = join(folder, "session.yaml");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const smallest = "notebook: { directory: . }\n";
  const has = (where: string, name: string, text: string) => writeFileSync(join(where, name), text, { mode: 0o644 });
  const load = (text: string, how: HowToLoad = {}) => {
    writeFileSync(file, text);
    return loadValidSession(file, { sites: findSites([own, machine]), further: ({ limits }) => limits, ...how });
  };
  const messageOf = async (text: string) => {
    const error = await load(text).catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_BAD_SESSION_FILE" });
    return (error.message as string).replaceAll(`${folder}/`, "");
  };

  it("are files with the right ending; others beside them are none", async () => {
    for (const name of ["a.yaml~", ".a.yaml", "a.yml", "README"]) has(machine, name, "storage: { timeout: 1m }\n");
    has(machine, "b.yaml", "storage: { timeout: 1m }\n");
    expect((await load(smallest)).session).to.deep.include({
      storage: { readiness: "probe", options: {}, timeoutMs: 60_000 },
    });
  });

  it("are none where there is no folder for them", async () => {
    rmSync(own, { recursive: true });
    expect((await load(smallest)).session.site).to.equal(undefined);
  });

  it("are told of where their folder is none, and where a session wants none are not looked for", async () => {
    rmSync(own, { recursive: true });
    writeFileSync(own, "");
    expect(await messageOf(smallest)).to.match(/^own:1:1 {2}cannot be read: ENOTDIR/);
    expect((await load(`site: none\n${smallest}`)).session.site).to.equal(undefined);
  });

  it("are refused where others can write them, even through a link", async () => {
    has(folder, "x.yaml", "storage: { timeout: 1m }\n");
    symlinkSync("../x.yaml", join(machine, "a.yaml"));
    expect((await load(smallest)).session.storage.timeoutMs).to.equal(60_000);
    chmodSync(join(folder, "x.yaml"), 0o666);
    expect(await messageOf(smallest)).to.match(
      /^machine\/a\.yaml:1:1 {2}is not followed, .*x\.yaml can be changed by every user\. .*chmod go-w/,
    );
  });

  it("are told of where they are sockets or links to nowhere", async () => {
    const server = createServer();
    const socket = join(machine, "a.yaml");
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      expect(await messageOf(smallest)).to.equal("machine/a.yaml:1:1  is not a regular file");
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    symlinkSync("nowhere", socket);
    expect(await messageOf(`site: a\n${smallest}`)).to.match(/^machine\/a\.yaml:1:1 {2}cannot be read: ENOENT/);
  });

  describe("that name plugins", () => {
    const plugin = (name: string) => pluginOfAllKinds.replaceAll('name: "x"', `name: "${name}"`);

    it("name them from their own folder, and the session file from its own", async () => {
      has(machine, "p.mjs", plugin("of-site"));
      has(folder, "q.mjs", plugin("of-session"));
      has(machine, "a.yaml", "scheduler: ./p.mjs\ntunnel: { kind: ./p.mjs }\n");
      const said: string[] = [];
      const loader = createPluginLoader({
        // A site's code is the user's or an administrator's own choice.
        expect: async ({ path }) => {
          expect(path).to.equal(join(folder, "q.mjs"));
        },
      });
      const text = `${smallest}storage: { readiness: ./q.mjs }\n`;
      const { plugins, session } = await load(text, { loader, announce: (one) => said.push(one) });
      expect([plugins.scheduler.name, plugins.readiness.name]).to.deep.equal(["of-site", "of-session"]);
      // The keeper knows no site.
      expect(plugins.tunnels).to.deep.equal([{ name: "./p.mjs", path: join(machine, "p.mjs"), options: {} }]);
      expect(session.scheduler.plugin).to.equal("./p.mjs");
      expect(said.join()).to.include(join(machine, "p.mjs")).and.include("belongs to you");
    });

    it("tell what is missing at their own line", async () => {
      has(machine, "a.yaml", "storage: { timeout: 1m }\nscheduler: ./gone.mjs\n");
      expect(await messageOf(smallest)).to.match(/^machine\/a\.yaml:2:12 {2}There is no scheduler "\.\/gone\.mjs"/);
    });
  });

  it("tell wrong options of their scheduler at their own line, and whom to ask", async () => {
    has(machine, "a.yaml", "help: ask Ann\nscheduler: { plugin: sge, options: { memoryPer: core } }\n");
    const error = await load(smallest).catch((reason) => reason);
    expect(error.message).to.match(/machine\/a\.yaml:2:49 {2}scheduler\.options\.memoryPer must be/);
    expect(error).to.include({ help: "ask Ann" });
    expect(error.hint).to.include("site: none");
  });

  for (const name of ["grid-engine", "slurm", "no-ssh-to-nodes"]) {
    it(`make a session of two lines valid: examples/sites/${name}.yaml`, async () => {
      cpSync(join(examples, `${name}.yaml`), join(machine, `${name}.yaml`));
      chmodSync(join(machine, `${name}.yaml`), 0o644);
      const { session } = await load(`${smallest}cluster: { engines: 4 }\n`);
      expect(session.scheduler.plugin).not.to.equal("local");
      expect(session.site).to.deep.include({ name });
      expect(session.site?.help).to.include("hpc-help@example.org");
      expect(await messageOf(`${smallest}cluster: { engines: 501 }\n`)).to.include("cluster.engines must be at most");
    });
  }
});
