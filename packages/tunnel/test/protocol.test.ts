import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runtimeDirectory } from "../src/keeper/protocol.js";

describe("runtimeDirectory", () => {
  const saved = { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR, TMPDIR: process.env.TMPDIR };
  const { uid } = userInfo();
  let folder: string;
  let own: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-runtime-"));
    mkdirSync(join(folder, "tmp"));
    process.env.TMPDIR = join(folder, "tmp");
    own = join(folder, "tmp", `hpcnb-${uid}`);
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true });
  });

  it("is the user's alone, in XDG_RUNTIME_DIR where that is his", () => {
    process.env.XDG_RUNTIME_DIR = folder;
    expect(runtimeDirectory()).to.equal(join(folder, "hpcnb"));
    expect(statSync(join(folder, "hpcnb")).mode & 0o777).to.equal(0o700);
  });

  it("is in /tmp where XDG_RUNTIME_DIR is gone, or is not a directory of his that he can write to", function () {
    process.env.XDG_RUNTIME_DIR = join(folder, "gone");
    expect(runtimeDirectory()).to.equal(own);
    chmodSync(own, 0o755);
    process.env.XDG_RUNTIME_DIR = "/dev/null/nowhere";
    expect(runtimeDirectory()).to.equal(own);
    expect(statSync(own).mode & 0o777).to.equal(0o700);
    if (uid !== 0) return this.skip(); // only root can give a directory away
    const others = join(folder, "others");
    mkdirSync(others, { mode: 0o700 });
    chownSync(others, 65_534, 65_534);
    process.env.XDG_RUNTIME_DIR = others;
    expect(runtimeDirectory()).to.equal(own);
  });

  it("is never one that somebody else may have made", () => {
    delete process.env.XDG_RUNTIME_DIR;
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), own);
    expect(() => runtimeDirectory())
      .to.throw(/is not a directory of this user/)
      .with.property("code", "HPCNB_UNSUPPORTED");
  });
});
