import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { foldersOfHpcnb, pluginFoldersFor } from "../../src/plugins/plugin-folders.js";

describe("the folders of plugins", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "hpcnb-folders-")));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (...path: string[]) => {
    const file = join(folder, ...path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    return file;
  };
  const link = (target: string, ...path: string[]) => {
    const file = join(folder, ...path);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(target, file);
    return file;
  };

  it("are the session file's folder and those above, the user's own folder, and where hpcnb lies, in this order", () => {
    const folders = pluginFoldersFor(join(folder, "a", "session.yaml"));
    const origins = [...new Set(folders.map(({ origin }) => origin))];
    expect(origins).to.deep.equal(["session file", "own folder", "beside hpcnb"]);
    expect(folders.slice(0, 2).map((one) => one.folder)).to.deep.equal([
      join(folder, "a", "node_modules"),
      join(folder, "node_modules"),
    ]);
    const own = folders.find(({ origin }) => origin === "own folder");
    expect(own?.folder).to.match(/\/hpcnb\/node_modules$/);
  });

  it("are npm's global ones by the path that hpcnb was called by, where its package is a link to a clone", () => {
    program("clone", "bin", "hpcnb.js");
    link("../../clone", "lib", "node_modules", "hpcnb");
    const called = link("../lib/node_modules/hpcnb/bin/hpcnb.js", "bin", "hpcnb");
    expect(foldersOfHpcnb(called)).to.include(join(folder, "lib", "node_modules"));
  });

  it("are those of all global packages of pnpm, but not those that it has replaced", () => {
    const globals = ["global", "v11"];
    for (const name of ["one", "two", "old"])
      mkdirSync(join(folder, ...globals, name, "node_modules"), { recursive: true });
    link("one", ...globals, "aaaa");
    link("two", ...globals, "bbbb");
    program(...globals, "one", "node_modules", "hpcnb", "bin", "hpcnb.js");
    const found = foldersOfHpcnb(join(folder, ...globals, "aaaa", "node_modules", "hpcnb", "bin", "hpcnb.js"));
    expect(found).to.include(join(folder, ...globals, "bbbb", "node_modules"));
    expect(found).not.to.include(join(folder, ...globals, "old", "node_modules"));
  });

  it("are hpcnb's own alone where it was not called by a path", () => {
    expect(foldersOfHpcnb(join(folder, "gone"))).to.deep.equal(foldersOfHpcnb(""));
  });
});
