import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { readinessPlugins, tunnelPlugins } from "../../src/plugins/built-in.js";
import { pluginFoldersFor } from "../../src/plugins/plugin-folders.js";
import { loadPlugin } from "./trusting.js";

describe("loading plugins", () => {
  let folder: string;
  let sessionFile: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-test-"));
    sessionFile = join(folder, "session.yaml");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const install = (name: string, code: string, exports: unknown = { ".": { default: "./index.js" } }) => {
    const place = join(folder, "node_modules", name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "package.json"), JSON.stringify({ name, version: "1.0.0", type: "module", exports }));
    writeFileSync(join(place, "index.js"), code);
  };
  const load = (name: string) => loadPlugin("scheduler", name, sessionFile);
  const failure = (name: string) =>
    load(name).then(
      () => expect.fail("it loaded"),
      (error) => error,
    );
  const good = 'export default { apiVersion: 1, name: "good", scheduler: { create() {} } };';

  it("finds what hpcnb brings along by its short name", async () => {
    expect((await load("mock")).name).to.equal("mock");
  });

  it("finds a package beside the session file by its short or its full name", async () => {
    install("hpcnb-adapter-good", good);
    install("@site/cluster", good);
    expect((await load("good")).name).to.equal("good");
    expect((await load("@site/cluster")).name).to.equal("good");
  });

  it("finds a package without a scope by its short and its full name, for each kind", async () => {
    const all = 'export default { apiVersion: 1, name: "x", scheduler: C, readiness: C, tunnel: C };';
    for (const [kind, prefix] of [
      ["scheduler", "adapter"],
      ["readiness", "readiness"],
      ["tunnel", "tunnel"],
    ] as const) {
      const name = `hpcnb-${prefix}-x`;
      install(name, `const C = { create() {} }; ${all}`);
      for (const called of ["x", name]) expect((await loadPlugin(kind, called, sessionFile)).name).to.equal("x");
    }
    install("other", good);
    expect(await failure("other")).to.include({ code: "HPCNB_PLUGIN_NOT_FOUND" });
  });

  it("finds a file relative to the session file", async () => {
    writeFileSync(join(folder, "mine.mjs"), good);
    expect((await load("./mine.mjs")).name).to.equal("good");
  });

  it("lists what there is and where it looked when there is none", async () => {
    const error = await failure("sgee");
    const folders = pluginFoldersFor(sessionFile).map((one) => one.folder);
    expect(folders).to.include.members([join(folder, "node_modules"), "/node_modules"]);
    expect(error).to.include({ code: "HPCNB_PLUGIN_NOT_FOUND" });
    for (const part of ["local, mock, sge", "@hpcnb/adapter-sgee", "hpcnb-adapter-sgee", ...folders])
      expect(error.message).to.include(part);
  });

  it("tells a broken plugin from a missing one", async () => {
    install("hpcnb-adapter-broken", 'import "no-such-package";');
    const error = await failure("broken");
    expect(error).to.include({ code: "HPCNB_PLUGIN_BROKEN" });
    expect(error.message).to.include("no-such-package");
  });

  it("says what a package is that is no plugin, of another version, or of another kind", async () => {
    install("hpcnb-adapter-nothing", "export default 1;");
    install("hpcnb-adapter-future", 'export default { apiVersion: 9, name: "future", scheduler: { create() {} } };');
    install("hpcnb-adapter-tunnel", 'export default { apiVersion: 1, name: "t", tunnel: { create() {} } };');
    expect((await failure("nothing")).message).to.include("not an object");
    expect((await failure("future")).message).to.include("version 9");
    expect((await failure("tunnel")).message).to.include("no scheduler");
  });

  it("explains an exports map that only import can use", async () => {
    install("hpcnb-adapter-importonly", good, { ".": { import: "./index.js" } });
    const error = await failure("importonly");
    expect(error).to.include({ code: "HPCNB_PLUGIN_BROKEN" });
    expect(error.message).to.include('"default"');
  });

  const unsafe = async (name: string) => {
    const error = await failure(name);
    expect(error).to.include({ code: "HPCNB_PLUGIN_UNSAFE" });
    expect(error.hint).to.include("chmod go-w");
    return error.message as string;
  };
  const bad = 'throw new Error("It ran.");';

  it("takes hpcnb's own schedulers from beside hpcnb, whatever lies beside the session file", async () => {
    for (const name of ["local", "mock", "sge", "@hpcnb/adapter-mock"]) {
      install(name.startsWith("@") ? name : `@hpcnb/adapter-${name}`, bad);
      install(`hpcnb-adapter-${name.replace("@hpcnb/adapter-", "")}`, bad);
      expect((await load(name)).name).to.equal(name.replace("@hpcnb/adapter-", ""));
    }
  });

  it("runs no code that others could have written: its file, its package, or a folder above", async () => {
    install("hpcnb-adapter-open", bad);
    writeFileSync(join(folder, "mine.mjs"), bad);
    const main = join(folder, "node_modules", "hpcnb-adapter-open", "index.js");
    for (const place of [
      main,
      dirname(main),
      join(dirname(main), "package.json"),
      join(folder, "node_modules"),
      folder,
    ]) {
      const { mode } = statSync(place);
      chmodSync(place, mode | 0o002);
      expect(await unsafe("open")).to.include(`${place} can be changed by every user`);
      if (place === folder) expect(await unsafe("./mine.mjs")).to.include(folder);
      chmodSync(place, mode);
    }
  });

  it("passes over a package in a folder above that others can write to, and says so where there is no other", async () => {
    chmodSync(folder, 0o1777);
    sessionFile = join(folder, "project", "session.yaml");
    mkdirSync(join(folder, "project"));
    install("hpcnb-adapter-planted", bad);
    chmodSync(join(folder, "node_modules"), 0o777);
    expect(await unsafe("planted")).to.include(join(folder, "node_modules"));
    writeFileSync(join(folder, "project", "mine.mjs"), good);
    expect((await load("./mine.mjs")).name).to.equal("good");
  });

  for (const [kind, name, code] of [
    ["import", "asks.mjs", `import "helper"; ${good}`],
    ["require", "asks.cjs", 'require("helper"); module.exports = {};'],
    [
      "createRequire",
      "asks.mjs",
      'import { createRequire } from "node:module"; createRequire(import.meta.url)("helper");',
    ],
  ] as const) {
    it(`runs nothing that a plugin gets by ${kind} from a folder that others can write to`, async () => {
      chmodSync(folder, 0o1777);
      sessionFile = join(folder, "project", "session.yaml");
      mkdirSync(join(folder, "project"));
      install("helper", bad);
      chmodSync(join(folder, "node_modules"), 0o777);
      writeFileSync(join(folder, "project", name), code);
      const error = await failure(`./${name}`);
      expect(error).to.include({ code: "HPCNB_PLUGIN_BROKEN" });
      expect(error.message).to.include(`"helper"`).and.include(join(folder, "node_modules")).and.not.include("It ran");
    });
  }

  it("lets a plugin use what lies safely beside it, and node's own modules", async () => {
    install("helper", "module.exports = require('node:path').sep;", { ".": { default: "./index.cjs" } });
    writeFileSync(join(folder, "node_modules", "helper", "index.cjs"), "module.exports = require('node:path').sep;");
    writeFileSync(join(folder, "mine.mjs"), `import "helper"; import "node:fs"; ${good}`);
    expect((await load("./mine.mjs")).name).to.equal("good");
  });

  it("looks in no folder that an environment variable names", async () => {
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(join(elsewhere, "hpcnb-adapter-env"), { recursive: true });
    writeFileSync(join(elsewhere, "hpcnb-adapter-env", "index.js"), bad);
    const program = `import { loadPlugin } from ${JSON.stringify(new URL("trusting.ts", import.meta.url).href)};
      await loadPlugin("scheduler", "env", ${JSON.stringify(join(folder, "session.yaml"))}).catch(({ code }) => process.stdout.write(code));`;
    const { stdout } = spawnSync(process.execPath, [...process.execArgv, "--input-type=module", "-e", program], {
      cwd: new URL("../..", import.meta.url),
      encoding: "utf8",
      env: { ...process.env, NODE_PATH: elsewhere, HOME: folder },
    });
    expect(stdout).to.equal("HPCNB_PLUGIN_NOT_FOUND");
  });

  it("takes readiness strategies from those of core, and names them when another is asked for", async () => {
    expect((await loadPlugin("readiness", "delay", sessionFile, readinessPlugins)).name).to.equal("delay");
    for (const { name } of tunnelPlugins)
      expect((await loadPlugin("tunnel", name, sessionFile, tunnelPlugins)).name).to.equal(name);
    const error = await loadPlugin("readiness", "prob", sessionFile, readinessPlugins).catch((reason) => reason);
    expect(error.message).to.include("probe, delay, none");
  });
});
