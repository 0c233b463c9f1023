import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalHost } from "@hpcnb/tunnel";
import { expect } from "chai";
import { parseLogWords, readBytes } from "../../src/commands/logs.js";

describe("a log that is followed", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-logs-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("comes to the last byte, once, whatever its encoding and wherever a look falls", async () => {
    const path = join(folder, "a log");
    const host = createLocalHost();
    expect(await readBytes(host, path, 0)).to.equal(undefined);
    const written = [
      Buffer.from("caf\u00e9\n", "latin1"),
      Buffer.from("\u6f22").subarray(0, 1),
      Buffer.from("\u6f22").subarray(1),
      Buffer.from("\n"),
      Buffer.from("x".repeat(100_000)),
    ];
    const read: Buffer[] = [];
    for (const part of written) {
      appendFileSync(path, part);
      read.push((await readBytes(host, path, Buffer.concat(read).length)) ?? Buffer.from("nothing"));
    }
    expect(Buffer.concat(read).equals(Buffer.concat(written))).to.equal(true);
    expect(await readBytes(host, path, Buffer.concat(read).length)).to.have.length(0);
  });
});

describe("words of logs", () => {
  const cases: [string, object][] = [
    ["", { session: undefined, role: "notebook" }],
    ["controller", { session: undefined, role: "controller" }],
    ["engine 17", { session: undefined, role: "engines", engine: 17 }],
    ["a/session.yaml", { session: "a/session.yaml", role: "notebook" }],
    ["rnaseq engine 2", { session: "rnaseq", role: "engines", engine: 2 }],
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
