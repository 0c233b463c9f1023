import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findStart, readPiece } from "@hpcnb/client";
import { createLocalHost } from "@hpcnb/host";
import { expect } from "chai";
import { parseLogWords, parseTail } from "../../src/commands/logs.js";

describe("a log", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-logs-"));
    path = join(folder, "a log");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const host = createLocalHost();
  const read = (from: number, length?: number) => readPiece({ host, path }, from, length);

  it("is read to the last byte, once, whatever its encoding and wherever a look falls", async () => {
    expect(await read(0)).to.equal(undefined);
    const written = [
      Buffer.from("caf\u00e9\n", "latin1"),
      Buffer.from("\u6f22").subarray(0, 1),
      Buffer.from("\u6f22").subarray(1),
      Buffer.from("\n"),
      Buffer.from("x".repeat(100_000)),
    ];
    const parts: Buffer[] = [];
    for (const part of written) {
      appendFileSync(path, part);
      parts.push((await read(Buffer.concat(parts).length))?.bytes ?? Buffer.from("nothing"));
    }
    expect(Buffer.concat(parts).equals(Buffer.concat(written))).to.equal(true);
    const { length } = Buffer.concat(parts);
    expect(await read(length)).to.deep.equal({ size: length, bytes: Buffer.alloc(0) });
    expect((await read(2, 3))?.bytes.toString("latin1")).to.equal("f\u00e9\n");
  });

  it("of 2 GB is read at its end in a moment", async () => {
    writeFileSync(path, "");
    truncateSync(path, 2 * 2 ** 30);
    appendFileSync(path, "\nlast line\n");
    const size = (await read(0, 0))?.size ?? 0;
    expect(size).to.equal(2 * 2 ** 30 + 11);
    const start = await findStart({ host, path }, size, undefined);
    expect((await read(start))?.bytes.toString()).to.equal("last line\n");
    expect(await findStart({ host, path }, size, 1)).to.equal(start);
  });

  it("begins with its last lines, or with the last MB from the beginning of a line", async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => `line ${index + 1}\n`);
    writeFileSync(path, lines.join(""));
    const size = lines.join("").length;
    const textFrom = async (count: number | undefined) =>
      lines.join("").slice(await findStart({ host, path }, size, count));
    expect(await textFrom(0)).to.equal("");
    expect(await textFrom(1)).to.equal("line 200000\n");
    expect(await textFrom(3)).to.equal("line 199998\nline 199999\nline 200000\n");
    expect(await textFrom(150_000)).to.equal(lines.slice(50_000).join(""));
    expect(await textFrom(10_000_000)).to.equal(lines.join(""));
    const usual = await textFrom(undefined);
    expect(usual.length).to.be.within(2 ** 20 - 20, 2 ** 20);
    expect(usual).to.match(/^line \d+\n/);
    writeFileSync(path, "one\ntwo");
    expect(await findStart({ host, path }, 7, 1)).to.equal(4);
    expect(await findStart({ host, path }, 7, undefined)).to.equal(0);
  });

  it("is told how many lines by a number, or all", () => {
    expect(["0", "17", "all", undefined].map(parseTail)).to.deep.equal([0, 17, "all", undefined]);
    for (const words of ["", "-1", "1e3", "some"])
      expect(() => parseTail(words))
        .to.throw()
        .with.property("code", "HPCNB_BAD_ARGUMENTS");
  });
});

describe("words of logs", () => {
  const cases: [string, object][] = [
    ["", { session: undefined, which: "notebook" }],
    ["controller", { session: undefined, which: "controller" }],
    ["engine 17", { session: undefined, which: "engines", engine: 17 }],
    ["a/session.yaml", { session: "a/session.yaml", which: "notebook" }],
    ["all", { session: undefined, which: "all" }],
    ["rnaseq engines", { session: "rnaseq", which: "engines" }],
    ["rnaseq engine 2", { session: "rnaseq", which: "engines", engine: 2 }],
  ];
  for (const [words, expected] of cases) {
    it(`understand "${words}"`, () => {
      expect(parseLogWords(words.split(" ").filter(Boolean))).to.deep.equal(expected);
    });
  }

  for (const words of ["engine", "engine 0", "engine x", "engine 1 2", "notebook 3", "rnaseq kernel", "engine 1e3"]) {
    it(`refuse "${words}"`, () => {
      expect(() => parseLogWords(words.split(" ")))
        .to.throw()
        .with.property("code", "HPCNB_BAD_ARGUMENTS");
    });
  }
});
