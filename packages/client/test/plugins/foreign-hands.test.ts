import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { foreignHand } from "../../src/plugins/foreign-hands.js";

const somebodyElse = 54_321;

describe("foreignHand", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-hands-"));
    mkdirSync(join(folder, "a", "b"), { recursive: true, mode: 0o755 });
    file = join(folder, "a", "b", "code.js");
    writeFileSync(file, "", { mode: 0o644 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("finds nothing where only this user and root can write, in /tmp too", () => {
    expect(foreignHand(file)).to.equal(undefined);
    expect(foreignHand("/usr/bin/env")).to.equal(undefined);
  });

  const writable: [where: string, mode: number][] = [
    ["a/b/code.js", 0o666],
    ["a/b/code.js", 0o664],
    ["a/b", 0o777],
    ["a/b", 0o775],
    ["a", 0o770],
    ["", 0o777],
  ];
  for (const [where, mode] of writable) {
    it(`names /${where} when its mode is ${mode.toString(8)}`, () => {
      chmodSync(join(folder, where), mode);
      expect(foreignHand(file)).to.match(new RegExp(`^${join(folder, where)} can be changed by (every|others)`));
    });
  }

  it("takes a shared directory above a directory of this user, but not for a file's second name", () => {
    chmodSync(join(folder, "a"), 0o1777);
    expect(foreignHand(file)).to.equal(undefined);
    linkSync(file, join(folder, "a", "second.js"));
    expect(foreignHand(join(folder, "a", "second.js"))).to.include("has another name");
  });

  it("follows every link, and looks at all that it leads through", () => {
    mkdirSync(join(folder, "open"));
    chmodSync(join(folder, "open"), 0o777);
    symlinkSync("../a/b/code.js", join(folder, "open", "link.js"));
    symlinkSync("open/link.js", join(folder, "direct.js"));
    symlinkSync(join(folder, "a"), join(folder, "short"));
    expect(foreignHand(join(folder, "short", "b", "code.js"))).to.equal(undefined);
    expect(foreignHand(join(folder, "direct.js"))).to.include(join(folder, "open"));
    symlinkSync("circle", join(folder, "circle"));
    expect(foreignHand(join(folder, "circle"))).to.include("too many links");
  });

  it("names what belongs to another user, a link as well", function () {
    if (process.getuid?.() !== 0) this.skip();
    chownSync(join(folder, "a"), somebodyElse, somebodyElse);
    expect(foreignHand(file)).to.equal(`${join(folder, "a")} belongs to another user (${somebodyElse})`);
  });
});
