import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readinessPlugins } from "@hpcnb/core";
import { expect } from "chai";
import { loadPlugin } from "../../src/plugins/load-plugin.js";

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

  it("finds a file relative to the session file", async () => {
    writeFileSync(join(folder, "mine.mjs"), good);
    expect((await load("./mine.mjs")).name).to.equal("good");
  });

  it("lists what there is and where it looked when there is none", async () => {
    const error = await failure("sgee");
    expect(error).to.include({ code: "HPCNB_PLUGIN_NOT_FOUND" });
    for (const part of ["local, mock, sge", "@hpcnb/adapter-sgee", "hpcnb-adapter-sgee", folder])
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
    expect(error.hint).to.include('"default"');
  });

  it("takes readiness strategies from those of core, and names them when another is asked for", async () => {
    expect((await loadPlugin("readiness", "delay", sessionFile, readinessPlugins)).name).to.equal("delay");
    const error = await loadPlugin("readiness", "prob", sessionFile, readinessPlugins).catch((reason) => reason);
    expect(error.message).to.include("probe, delay, none");
  });
});
