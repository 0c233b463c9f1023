import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { createPluginLoader } from "../../src/plugins/load-plugin.js";
import { createTrust, type UntrustedCode } from "../../src/plugins/trust.js";
import { loadValidSession } from "../../src/valid-session.js";
import { pluginOfAllKinds } from "./plugin-of-all-kinds.js";

describe("code that a session file names", () => {
  let folder: string;
  let file: string;
  let store: string;
  let asked: UntrustedCode[];
  let answer: boolean;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-trust-"));
    file = join(folder, "session.yaml");
    store = join(folder, "state", "trusted");
    asked = [];
    answer = true;
    write("plugin.mjs", proof);
    write("session.yaml", "notebook: { directory: . }\nscheduler: ./plugin.mjs\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const proof = `import { writeFileSync } from "node:fs"; writeFileSync(new URL("ran", import.meta.url), "");\n${pluginOfAllKinds}`;
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const hasRun = () => existsSync(join(folder, "ran"));
  /** A command of its own: nothing is known but what is kept. */
  const load = (said: string[] = []) => {
    const trust = createTrust(async (code) => {
      expect(said).to.deep.equal([]);
      asked.push(code);
      return answer;
    }, store);
    return loadValidSession(file, { loader: createPluginLoader(trust), announce: (sentence) => said.push(sentence) });
  };

  it("is asked for before it runs, and not a second time", async () => {
    const said: string[] = [];
    await load(said);
    expect(said).to.have.length(1);
    expect(asked).to.have.length(1);
    expect(asked[0]).to.deep.include({ kind: "scheduler", name: "./plugin.mjs", hasChanged: false });
    await load();
    expect(asked).to.have.length(1);
  });

  it("does not run when the answer is no, and is asked for again", async () => {
    answer = false;
    const said: string[] = [];
    const error = await load(said).catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_PLUGIN_UNTRUSTED" });
    expect(error.hint).to.include("--trust");
    expect([hasRun(), said]).to.deep.equal([false, []]);
    await load().catch(() => {});
    expect(asked).to.have.length(2);
  });

  it("does not run where nobody is asked", async () => {
    const loader = createPluginLoader(createTrust(undefined, store));
    expect(await loadValidSession(file, { loader }).catch((reason) => reason)).to.include({
      code: "HPCNB_PLUGIN_UNTRUSTED",
    });
    expect(hasRun()).to.equal(false);
  });

  const reached: [what: string, name: string, before: string, after: string][] = [
    ["its file", "plugin.mjs", proof, `${proof}// other`],
    ["a file that it imports", "lib/a.mjs", "", "// other"],
    ["a file that this one imports later", "lib/b.mjs", "", "// other"],
    ["a file that it requires without an ending", "lib/c.cjs", "", "// other"],
    ["what it reads beside itself", "lib/data.json", "1", "2"],
    [
      "the version of a package that it imports",
      "node_modules/helper/package.json",
      '{ "version": "1.0.0" }',
      '{ "version": "1.0.1" }',
    ],
  ];
  for (const [what, name, before, after] of reached) {
    it(`is asked for again when ${what} has changed, and not for anything else`, async () => {
      const uses = `import "./lib/a.mjs"; const x = () => new URL("./lib/data.json", import.meta.url); export const y = () => import("helper");\n`;
      write("plugin.mjs", uses + proof);
      write(
        "lib/a.mjs",
        'import { createRequire } from "node:module"; createRequire(import.meta.url)("./c"); export const f = () => import("./b.mjs");',
      );
      for (const [, other, text] of reached.slice(2)) write(other, text);
      write("lib/c.js", "");
      if (name === "plugin.mjs" || name === "lib/a.mjs") await load();
      else {
        write(name, before);
        await load();
      }
      write("notes.txt", "other");
      write("session.yaml", "notebook: { directory: . }\nscheduler: ./plugin.mjs\nresources: { walltime: 1h }\n");
      await load();
      expect(asked).to.have.length(1);
      write(name, name === "plugin.mjs" ? `${uses}${after}` : `${after}`);
      if (name === "lib/c.cjs") write("lib/c.js", after);
      await load();
      expect(asked.map(({ hasChanged }) => hasChanged)).to.deep.equal([false, true]);
    });
  }

  it("is asked for in each place, and kept for nobody else to see or to change", async () => {
    await load();
    write("elsewhere/plugin.mjs", proof);
    write("elsewhere/session.yaml", "notebook: { directory: . }\nscheduler: ./plugin.mjs\n");
    file = join(folder, "elsewhere", "session.yaml");
    await load();
    expect(asked).to.have.length(2);
    expect(statSync(store).mode & 0o777).to.equal(0o700);
    for (const name of readdirSync(store)) {
      expect(statSync(join(store, name)).mode & 0o777).to.equal(0o600);
      chmodSync(join(store, name), 0o666);
    }
    await load();
    expect(asked).to.have.length(3);
  });

  for (const text of ["", "{", "null", '{ "path": 1 }', '{"path":"/x","content":"1"}']) {
    it(`is asked for again where what is kept is ${JSON.stringify(text)}`, async () => {
      await load();
      for (const name of readdirSync(store)) writeFileSync(join(store, name), text);
      await load();
      expect(asked).to.have.length(2);
    });
  }

  it("runs with the user's word where it cannot be kept, for this command", async () => {
    write("state", "a file");
    write("session.yaml", "notebook: { directory: . }\nscheduler: ./plugin.mjs\ntunnel: { kind: ./plugin.mjs }\n");
    await load();
    expect(asked).to.have.length(1);
    await load();
    expect(asked).to.have.length(2);
  });

  it("is asked for as a package beside the session file, with its package.json", async () => {
    write("node_modules/hpcnb-adapter-x/index.js", proof);
    const manifest = (version: string) =>
      JSON.stringify({ name: "hpcnb-adapter-x", version, type: "module", exports: "./index.js" });
    write("node_modules/hpcnb-adapter-x/package.json", manifest("1.0.0"));
    write("session.yaml", "notebook: { directory: . }\nscheduler: x\n");
    await load();
    await load();
    expect(asked).to.have.length(1);
    expect(asked[0]?.files).to.include(join(folder, "node_modules/hpcnb-adapter-x/package.json"));
    write("node_modules/hpcnb-adapter-x/package.json", manifest("1.0.1"));
    await load();
    expect(asked).to.have.length(2);
  });

  it("is not asked for where it is hpcnb's own", async () => {
    write("session.yaml", "notebook: { directory: . }\nscheduler: mock\ntunnel: { kind: direct }\n");
    await load();
    expect(asked).to.deep.equal([]);
  });

  it("is not asked for where it names more files than anybody can read, and does not run", async () => {
    const names = Array.from({ length: 1_001 }, (_, index) => `./lib/${index}.json`);
    for (const name of names) write(name, "1");
    write("plugin.mjs", `${names.map((name) => `() => "${name}";`).join("\n")}\n${proof}`);
    const error = await load().catch((reason) => reason);
    expect(error.message).to.include("reaches too many files");
    expect([hasRun(), asked]).to.deep.equal([false, []]);
  });
});
