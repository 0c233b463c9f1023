import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeRecord, type Host, HpcnbError } from "@hpcnb/core";
import type { RememberedRun } from "@hpcnb/core/session";
import { expect } from "chai";
import { originOf } from "../../src/session/origin.js";
import { knownRuns, pruneRuns, removeRuns } from "../../src/session/runs.js";
import type { Tracker } from "../../src/session/tracker.js";

const id = (number: number) => `run${String(number).padStart(7, "0")}`;

describe("runs of a folder", () => {
  let folder: string;

  const host = {
    name: "here",
    run: async ([file = "", ...args]: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
      return { argv: [file, ...args], exitCode: status, stdout, stderr };
    },
    readFiles: async (paths: readonly string[]) =>
      paths.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined)),
  } as unknown as Host;

  const trackerIn = (directory: string, remembered: readonly RememberedRun[] = []) =>
    ({ directory, context: { host, remembered } }) as unknown as Tracker;

  /** A run as it was started in a directory. */
  function makeRun(directory: string, run: string): string {
    const place = join(directory, ".hpcnb", "runs", run);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "secrets.record"), encodeRecord({ run, directory: place, token: "c0ffee" }));
    return place;
  }

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "hpcnb runs ")));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are pruned to the newest, but for those that are alive and what is no run", async () => {
    const runs = join(folder, ".hpcnb", "runs");
    for (let number = 1; number <= 15; number += 1) utimesSync(makeRun(folder, id(number)), number, number);
    const strangers = ["result", "Results000", "abcdefghij", "..data"];
    for (const name of strangers) mkdirSync(join(runs, name));
    for (const name of strangers) utimesSync(join(runs, name), 0, 0);
    mkdirSync(join(folder, "precious"));
    symlinkSync(join(folder, "precious"), join(runs, "linklinkli"));
    await pruneRuns(trackerIn(folder), async () => new Set([id(2)]));
    const left = readdirSync(runs);
    expect(left).to.include.members([...strangers, "linklinkli", id(2)]);
    // A link and a folder without secrets have names like runs, and one of the runs is alive.
    expect(left.filter((name) => name.startsWith("run"))).to.have.length(10);
    expect(existsSync(join(folder, "precious"))).to.equal(true);
  });

  it("are known by their secrets, which are read in one question; one that cannot be read hides no other", async () => {
    for (const number of [1, 2, 3]) makeRun(folder, id(number));
    let questions = 0;
    let damaged: string | undefined;
    const readFiles: Host["readFiles"] = async (paths) => {
      questions += 1;
      if (paths.some((path) => damaged !== undefined && path.includes(damaged)))
        throw new HpcnbError("HPCNB_COMMAND_FAILED", `${damaged} cannot be read`);
      return host.readFiles(paths);
    };
    const tracker = {
      directory: folder,
      context: { host: { ...host, readFiles }, remembered: [] },
    } as unknown as Tracker;
    expect([...(await knownRuns(tracker)).own].sort()).to.deep.equal([id(1), id(2), id(3)]);
    expect(questions).to.equal(1);
    damaged = id(2);
    expect([...(await knownRuns(tracker)).own].sort()).to.deep.equal([id(1), id(3)]);
  });

  it("are not removed through a link", async () => {
    const other = join(folder, "other");
    makeRun(other, id(1));
    mkdirSync(join(folder, "nb"));
    symlinkSync(join(other, ".hpcnb"), join(folder, "nb", ".hpcnb"));
    const error = await removeRuns(host, join(folder, "nb"), [id(1)]).catch((thrown) => thrown);
    expect(error.code).to.equal("HPCNB_COMMAND_FAILED");
    expect(existsSync(join(other, ".hpcnb", "runs", id(1)))).to.equal(true);
  });

  it("are the folder's that they were started in", async () => {
    const [original, copy, moved] = ["original", "copy", "moved"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const run = { id: id(1), directory: makeRun(original, id(1)) };
    const from = (directory: string, remembered: readonly RememberedRun[] = []) =>
      originOf(host, directory, { run, remembered });
    expect(await from(original)).to.equal(undefined);
    spawnSync("cp", ["-a", original, copy]);
    expect(await from(copy)).to.equal(original);
    // The same folder under another path.
    symlinkSync(original, join(folder, "alias"));
    expect(await from(join(folder, "alias"))).to.equal(undefined);
    renameSync(original, moved);
    expect(await from(moved)).to.equal(undefined);
    // Only the first one can tell which of the two was moved.
    const remembered = [{ run: run.id, directory: moved }];
    expect(await from(copy, remembered)).to.equal(moved);
    expect(await from(moved, remembered)).to.equal(undefined);
  });

  it("are known by their secrets, and by what this machine remembers", async () => {
    const [original, copy] = ["original", "copy"].map((name) => join(folder, name)) as [string, string];
    makeRun(original, id(1));
    spawnSync("cp", ["-a", original, copy]);
    makeRun(copy, id(2));
    writeFileSync(join(makeRun(copy, id(3)), "secrets.record"), "damaged");
    const known = await knownRuns(
      trackerIn(copy, [
        { run: id(4), directory: copy },
        { run: id(5), directory: "/x" },
      ]),
    );
    expect([...known.own].sort()).to.deep.equal([id(2), id(4)]);
    expect([...known.elsewhere].sort()).to.deep.equal([id(1), id(5)]);
  });
});
