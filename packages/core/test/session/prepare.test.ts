import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Host, resolveDirectory } from "@hpcnb/core";
import { expect } from "chai";

describe("resolveDirectory", () => {
  let home: string;

  /** Runs the script as a host would, for a user whose home is a folder of the test's own. */
  const host = {
    name: "here",
    run: async ([file = "", ...args]: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(file, args, {
        encoding: "utf8",
        env: { ...process.env, HOME: home },
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
      expect(await resolveDirectory(host, directoryOf(), "look")).to.equal(place);
      expect(existsSync(join(place, ".hpcnb"))).to.equal(false);
      for (let run = 0; run < 12; run += 1) mkdirSync(join(place, `.hpcnb/runs/${run}`), { recursive: true });
      await resolveDirectory(host, directoryOf(), "look");
      expect(readdirSync(join(place, ".hpcnb/runs"))).to.have.length(12);
    });

    it(`makes the place for the session's state in ${title}, for the user alone, and keeps the newest runs`, async () => {
      const place = join(home, path);
      for (let run = 0; run < 12; run += 1) mkdirSync(join(place, `.hpcnb/runs/${run}`), { recursive: true });
      expect(await resolveDirectory(host, directoryOf(), "make")).to.equal(place);
      expect(statSync(join(place, ".hpcnb")).mode & 0o777).to.equal(0o700);
      expect(readdirSync(join(place, ".hpcnb/runs"))).to.have.length(10);
    });
  }

  it("names the file that cannot be written, and why", async () => {
    mkdirSync(join(home, "nb", ".hpcnb"));
    symlinkSync("/dev/full", join(home, "nb", ".hpcnb", ".gitignore"));
    const error = await resolveDirectory(host, "~/nb", "make").catch((error) => error);
    expect(error.message).to.equal(
      "~/nb on here cannot be written to (tee: .hpcnb/.gitignore: No space left on device).",
    );
    expect(error.hint).to.include("df -h");
  });

  it("says what is wrong with a directory", async () => {
    const problem = (path: string) =>
      resolveDirectory(host, path, "look").then(
        () => "nothing",
        (error) => `${error.code} ${error.message}`,
      );
    expect(await problem("~/missing")).to.equal("HPCNB_DIRECTORY ~/missing on here does not exist.");
    expect(await problem("/etc/passwd")).to.equal("HPCNB_DIRECTORY /etc/passwd on here is not a directory.");
  });
});
