import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "@hpcnb/core";
import { findNotebookDirectory } from "@hpcnb/core/session";
import { expect } from "chai";

describe("findNotebookDirectory", () => {
  let home: string;

  /** Runs the script as a host would, for a user whose home is a folder of the test's own. */
  const host = {
    name: "here",
    run: async ([file = "", ...args]: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(file, args, {
        encoding: "utf8",
        env: { ...process.env, HOME: home, PATH: `${home}:${process.env.PATH}` },
      });
      return { argv: [file, ...args], exitCode: status, stdout, stderr };
    },
  } as unknown as Host;

  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), "hpcnb home ")));
    mkdirSync(join(home, "nb"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  for (const [title, directoryOf, path] of [
    ["an absolute path", () => join(home, "nb"), "nb"],
    ["a path in the home directory", () => "~/nb", "nb"],
    ["the home directory", () => "~", "."],
  ] as const) {
    it(`finds ${title}, and changes nothing when it only looks`, async () => {
      const place = join(home, path);
      expect(await findNotebookDirectory(host, directoryOf(), "look")).to.equal(place);
      expect(existsSync(join(place, ".hpcnb"))).to.equal(false);
    });

    it(`tells of the record in ${title}, and of none where there is none`, async () => {
      const place = join(home, path);
      const told: string[] = [];
      const look = (mode: "look" | "make") =>
        findNotebookDirectory(host, directoryOf(), mode, { onRecord: (text) => told.push(text) });
      writeFileSync(join(place, "session.json"), "a file of the notebooks' folder");
      await look("look");
      await look("make");
      await look("look");
      expect(told).to.deep.equal([]);
      writeFileSync(join(place, ".hpcnb", "session.json"), "record\n1\n");
      await look("make");
      await look("look");
      expect(told).to.deep.equal(["record\n1\n"]);
    });

    it(`makes the place for the session's state in ${title}, for the user alone`, async () => {
      const place = join(home, path);
      expect(await findNotebookDirectory(host, directoryOf(), "make")).to.equal(place);
      expect(statSync(join(place, ".hpcnb")).mode & 0o777).to.equal(0o700);
      expect(readFileSync(join(place, ".hpcnb", ".gitignore"), "utf8")).to.equal("*\n");
      expect(await findNotebookDirectory(host, directoryOf(), "make")).to.equal(place);
    });
  }

  it("names the file that cannot be written, and why", async () => {
    const said = "tee: .gitignore: No space left on device";
    writeFileSync(join(home, "tee"), `#!/bin/sh\necho "${said}" >&2\nexit 1\n`, { mode: 0o755 });
    const error = await failureOf("make");
    expect(error.message).to.equal(`~/nb on here cannot be written to (${said}).`);
    expect(error.hint).to.include("df -h");
  });

  const state = () => join(home, "nb", ".hpcnb");
  const failureOf = (mode: "make" | "look") => findNotebookDirectory(host, "~/nb", mode).catch((error) => error);

  describe("where somebody else could have made .hpcnb", () => {
    for (const mode of ["make", "look"] as const) {
      it(`follows no link when it is to ${mode}, and touches nothing behind it`, async () => {
        const data = join(home, "data");
        mkdirSync(join(data, "runs", "abcdefghij"), { recursive: true });
        chmodSync(data, 0o755);
        symlinkSync(data, state());
        const error = await failureOf(mode);
        expect(error.message).to.equal(`~/nb on here has a .hpcnb that is a link to ${data}.`);
        expect(error.hint).to.include("follows none");
        expect(statSync(data).mode & 0o777).to.equal(0o755);
        expect(readdirSync(data)).to.deep.equal(["runs"]);
        expect(readdirSync(join(data, "runs"))).to.deep.equal(["abcdefghij"]);
      });

      it(`takes no other folder of the user's for its own when it is to ${mode}`, async () => {
        mkdirSync(state(), { mode: 0o755 });
        writeFileSync(join(state(), "result.txt"), "");
        expect((await failureOf(mode)).message).to.include("has a .hpcnb folder that hpcnb has not made");
        expect(readdirSync(state())).to.deep.equal(["result.txt"]);
        expect(statSync(state()).mode & 0o777).to.equal(0o755);
      });

      it(`knows an empty folder that another command fills meanwhile, when it is to ${mode}`, async () => {
        mkdirSync(state(), { mode: 0o700 });
        const filling = '#!/bin/sh\n[ "$1" != -A ] || echo "*" >.gitignore\nexec /bin/ls "$@"\n';
        writeFileSync(join(home, "ls"), filling, { mode: 0o755 });
        expect(await findNotebookDirectory(host, "~/nb", mode)).to.equal(join(home, "nb"));
        expect(existsSync(join(state(), ".gitignore"))).to.equal(true);
      });

      it(`closes a folder that others may enter when it is to ${mode}, and says so`, async () => {
        await findNotebookDirectory(host, "~/nb", "make");
        chmodSync(state(), 0o770);
        const notes: string[] = [];
        await findNotebookDirectory(host, "~/nb", mode, { note: (text) => notes.push(text) });
        expect(statSync(state()).mode & 0o777).to.equal(0o700);
        expect(notes).to.have.length(1);
        expect(notes[0]).to.match(/was open to others \(drwxrwx---.?\) and is closed now/);
      });
    }

    it("has nothing to say where the folder hands its group on", async () => {
      chmodSync(join(home, "nb"), 0o2755);
      const notes: string[] = [];
      for (const mode of ["make", "look"] as const)
        await findNotebookDirectory(host, "~/nb", mode, { note: (text) => notes.push(text) });
      expect(notes).to.deep.equal([]);
    });

    it("does not write through a link in it", async () => {
      await findNotebookDirectory(host, "~/nb", "make");
      writeFileSync(join(home, "precious"), "");
      rmSync(join(state(), ".gitignore"));
      symlinkSync(join(home, "precious"), join(state(), ".gitignore"));
      await findNotebookDirectory(host, "~/nb", "make");
      expect(readFileSync(join(home, "precious"), "utf8")).to.equal("");
      expect(readFileSync(join(state(), ".gitignore"), "utf8")).to.equal("*\n");
    });

    it("says that it is no folder", async () => {
      writeFileSync(state(), "");
      expect((await failureOf("look")).message).to.include("has a .hpcnb that is no folder");
    });

    it("notes once that others can rename it", async () => {
      chmodSync(join(home, "nb"), 0o777);
      const notes: string[] = [];
      for (const _ of [1, 2]) await findNotebookDirectory(host, "~/nb", "make", { note: (text) => notes.push(text) });
      expect(notes).to.have.length(1);
      expect(notes[0]).to.match(/^Others can write to ~\/nb on here/);
    });

    it("says whose it is when it is another user's", async function () {
      if (process.getuid?.() !== 0) return this.skip();
      mkdirSync(state(), { mode: 0o755 });
      chownSync(state(), 65534, 65534);
      const error = await failureOf("make");
      expect(error.message).to.equal("~/nb on here has a .hpcnb folder that belongs to nobody, not to you.");
      expect(error.hint).to.include("Two people need two folders");
    });
  });

  it("says what is wrong with a directory", async () => {
    const problem = (path: string) =>
      findNotebookDirectory(host, path, "look").then(
        () => "nothing",
        (error) => `${error.code} ${error.message}`,
      );
    expect(await problem("~/missing")).to.equal("HPCNB_DIRECTORY ~/missing on here does not exist.");
    expect(await problem("/etc/passwd")).to.equal("HPCNB_DIRECTORY /etc/passwd on here is not a directory.");
  });
});
