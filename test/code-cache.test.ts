import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "./repository/repository.js";
import { cliProgram } from "./support/cli.js";

const example = join(root, "examples/quickstart/session.yaml");

/** What V8 makes of the program is kept between starts. It runs, so it must be this user's own. */
describe("The program's code that is kept", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-code-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const kept = () => join(folder, "hpcnb", "code");
  const start = (...words: string[]) => {
    const env = { ...process.env, XDG_CACHE_HOME: folder, XDG_STATE_HOME: join(folder, "state") };
    const { status, stderr } = spawnSync(
      process.execPath,
      [cliProgram, "validate", ...(words.length > 0 ? words : [example])],
      { encoding: "utf8", env },
    );
    expect(stderr).to.match(/ is valid: session \w+, /);
    expect(status).to.equal(0);
  };
  const contents = () =>
    Object.fromEntries(readdirSync(kept()).map((name) => [name, readFileSync(join(kept(), name))]));
  const inodes = () => readdirSync(kept()).map((name) => statSync(join(kept(), name)).ino);

  it("is for this user alone, and is made once", () => {
    start();
    expect(statSync(kept()).mode & 0o777).to.equal(0o700);
    for (const name of readdirSync(kept())) expect(statSync(join(kept(), name)).mode & 0o777).to.equal(0o600);
    const made = inodes();
    expect(made).to.have.length.within(2, 10);
    start();
    expect(inodes()).to.deep.equal(made);
  });

  it("is made again where it is damaged", () => {
    start();
    const whole = contents();
    for (const damage of [
      (bytes: Buffer) => bytes.fill(0),
      (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
      (bytes: Buffer) => bytes.subarray(0, 3),
      (bytes: Buffer) => bytes.fill(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1, (bytes.length >> 1) + 1),
    ]) {
      for (const [name, bytes] of Object.entries(whole)) writeFileSync(join(kept(), name), damage(Buffer.from(bytes)));
      start();
      expect(Object.keys(contents())).to.deep.equal(Object.keys(whole));
      for (const [name, { length }] of Object.entries(contents())) expect(length, name).to.be.greaterThan(1_000);
    }
  });

  it("is made again where others could have written it", function () {
    if (process.getuid?.() !== 0) this.skip(); // only root can give a file to another user
    start();
    const about = () =>
      readdirSync(kept()).map((name) => {
        const { uid, mode } = statSync(join(kept(), name));
        return { name, uid, mode: mode & 0o777 };
      });
    const own = about();
    for (const { name } of own) chownSync(join(kept(), name), 4711, 4711);
    start();
    expect(about()).to.deep.equal(own);
    for (const { name } of own) chmodSync(join(kept(), name), 0o666);
    start();
    expect(about()).to.deep.equal(own);
  });

  for (const [title, make] of [
    [
      "others may write to its folder",
      () => {
        mkdirSync(kept(), { recursive: true });
        chmodSync(kept(), 0o777);
      },
    ],
    [
      "its folder is a link",
      () => {
        mkdirSync(join(folder, "hpcnb"));
        mkdirSync(join(folder, "elsewhere"), { mode: 0o700 });
        symlinkSync(join(folder, "elsewhere"), kept());
      },
    ],
    ["there can be no folder", () => writeFileSync(join(folder, "hpcnb"), "")],
  ] as const) {
    it(`is left alone where ${title}`, () => {
      make();
      start();
      if (lstatSync(join(folder, "hpcnb")).isDirectory()) expect(readdirSync(kept())).to.deep.equal([]);
    });
  }

  it("does not grow without end", () => {
    mkdirSync(kept(), { recursive: true, mode: 0o700 });
    for (let index = 0; index < 100; index++) {
      const path = join(kept(), `old-${index}`);
      writeFileSync(path, "");
      utimesSync(path, index, index);
    }
    start();
    const names = readdirSync(kept());
    expect(names).to.have.length.below(70);
    expect(names).to.include("old-99");
  });

  it("imports plugins", () => {
    writeFileSync(join(folder, "plugin.mjs"), readinessPlugin);
    const file = join(folder, "session.yaml");
    writeFileSync(
      file,
      `name: a\nscheduler: local\nnotebook: { directory: ${folder} }\nstorage: { readiness: ./plugin.mjs }\n`,
    );
    for (const _ of [1, 2]) start(file, "--trust");
  });
});

const readinessPlugin = `export default {
  apiVersion: 1,
  name: "mine",
  readiness: { create: () => ({ name: "mine", forJob: () => ({ mode: "none", seconds: 0 }), read: async () => [] }) },
};\n`;
