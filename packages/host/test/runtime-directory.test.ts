import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  longestSocketPath,
  runtimeDirectories,
  runtimeDirectory,
  type Surroundings,
} from "../src/runtime-directory.js";

describe("runtimeDirectory", () => {
  const uid = process.getuid?.() ?? 0;
  let folder: string;
  let tmp: string;
  let home: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-rt-"));
    [tmp, home] = [join(folder, "tmp"), join(folder, "home")];
    for (const path of [tmp, home]) mkdirSync(path);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const around = (more: Partial<Surroundings> = {}): Surroundings => ({ given: undefined, tmp, uid, home, ...more });
  const inTmp = () => join(tmp, `hpcnb-${uid}`);
  const modeOf = (path: string) => statSync(path).mode & 0o777;

  before(function () {
    if (statSync(`/run/user/${uid}`, { throwIfNoEntry: false })) this.skip(); // it would be chosen instead of what is tried
  });

  it("is the user's alone, in XDG_RUNTIME_DIR where that is this user's", () => {
    expect(runtimeDirectory(around({ given: folder }))).to.equal(join(folder, "hpcnb"));
    expect(modeOf(join(folder, "hpcnb"))).to.equal(0o700);
  });

  it("does not depend on TMPDIR", () => {
    const saved = process.env.TMPDIR;
    process.env.TMPDIR = join(folder, "x".repeat(110));
    expect(runtimeDirectory(around())).to.equal(inTmp());
    if (saved === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = saved;
  });

  for (const [what, given] of [
    ["is gone", () => join(folder, "gone")],
    ["is no directory", () => "/dev/null/nowhere"],
    ["is relative", () => "run"],
    ["is a file", () => made("file", (path) => writeFileSync(path, ""))],
    ["can be written to by others", () => made("open", (path) => mkdirSync(path), 0o777)],
    ["is too long for a socket", () => made("x".repeat(90), (path) => mkdirSync(path))],
  ] as const)
    it(`is in /tmp where XDG_RUNTIME_DIR ${what}`, () => {
      expect(runtimeDirectory(around({ given: given() }))).to.equal(inTmp());
      expect(modeOf(inTmp())).to.equal(0o700);
    });

  it("is in /tmp where XDG_RUNTIME_DIR is another user's", function () {
    if (uid !== 0) return this.skip(); // only root can give a directory away
    const given = made("others", (path) => mkdirSync(path), 0o700);
    chownSync(given, 65_534, 65_534);
    expect(runtimeDirectory(around({ given }))).to.equal(inTmp());
  });

  for (const [what, squat] of [
    ["a link", (path: string) => symlinkSync(folder, path)],
    ["a dangling link", (path: string) => symlinkSync(join(folder, "nowhere"), path)],
    ["a file", (path: string) => writeFileSync(path, "")],
  ] as const)
    it(`is at home where the name in /tmp is ${what}, and changes nothing there`, () => {
      squat(inTmp());
      const before = modeOf(folder);
      const found = runtimeDirectory(around());
      expect(found.startsWith(join(home, ".local", "state", "hpcnb", "run-"))).to.equal(true);
      expect(modeOf(found)).to.equal(0o700);
      expect(modeOf(folder)).to.equal(before);
      expect(runtimeDirectories(around())).to.deep.equal([found]);
    });

  it("is at home where the name in /tmp is another user's", function () {
    if (uid !== 0) return this.skip(); // only root can give a directory away
    mkdirSync(inTmp(), { mode: 0o777 });
    chownSync(inTmp(), 65_534, 65_534);
    expect(runtimeDirectory(around()).startsWith(home)).to.equal(true);
  });

  it("says what is wrong with each place when there is none", () => {
    writeFileSync(inTmp(), "");
    const tooLong = join(home, "x".repeat(longestSocketPath));
    for (const nowhere of [tooLong, undefined])
      expect(() => runtimeDirectory(around({ home: nowhere })))
        .to.throw(/no place for the sockets of tunnels:\n(.|\n)*hpcnb-\d+ cannot be used/)
        .with.property("code", "HPCNB_UNSUPPORTED");
    expect(runtimeDirectories(around({ home: undefined }))).to.deep.equal([]);
  });

  it("is looked for in all places, so that a keeper is found from a shell with other variables", () => {
    const [one, other] = [runtimeDirectory(around({ given: folder })), runtimeDirectory(around())];
    expect(runtimeDirectories(around({ given: folder }))).to.deep.equal([one, other]);
  });

  function made(name: string, make: (path: string) => void, mode = 0o755): string {
    const path = join(folder, name);
    make(path);
    chmodSync(path, mode);
    return path;
  }
});
