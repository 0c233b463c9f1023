import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalHost } from "@hpcnb/host";
import { expect } from "chai";
import { LogReader } from "../../src/logs/many-logs.js";

describe("several logs", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-many-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const printed: string[] = [];
  const print = async (origin: string, line: Uint8Array) => {
    printed.push(`${origin}: ${Buffer.from(line).toString()}`);
  };
  const take = () => printed.splice(0);
  const source = (origin: string) => ({ origin, path: join(folder, `the log's ${origin}`) });
  const write = (origin: string, text: string) => appendFileSync(source(origin).path, text);

  it("are read line by line, each from its last lines on and to its last byte", async () => {
    const a = source("a");
    const b = source("b");
    const none = source("none");
    const reader = new LogReader(createLocalHost());
    write("a", "1\n2\n3\n:none\n");
    write("b", "x\nhalf");
    expect(await reader.begin([a, b, none], 2, print)).to.deep.equal([none]);
    expect(take()).to.deep.equal(["a: 3", "a: :none", "b: x"]);
    await reader.readOn([a, b, none], print);
    expect(take()).to.deep.equal([]);
    write("b", " a line\n");
    write("none", "now\n");
    write("a", "last");
    await reader.readOn([a, b, none], print);
    expect(take()).to.deep.equal(["b: half a line", "none: now"]);
    await reader.end([a, b, none], print);
    expect(take()).to.deep.equal(["a: last"]);
  });

  it("are read whole however long they are, and again when they are cut short", async () => {
    const a = source("a");
    const lines = Array.from({ length: 30_000 }, (_, index) => `line ${index}`);
    write("a", `${lines.join("\n")}\n`);
    const reader = new LogReader(createLocalHost());
    await reader.readOn([a], print);
    expect(take()).to.deep.equal(lines.map((line) => `a: ${line}`));
    writeFileSync(a.path, "again\n");
    await reader.readOn([a], print);
    expect(take()).to.deep.equal(["a: again"]);
  });

  it("may be as many as engines are", async () => {
    const many = Array.from({ length: 120 }, (_, index) => source(`engine ${index}`));
    for (const { origin } of many) write(origin, `of ${origin}\n`);
    const reader = new LogReader(createLocalHost());
    expect(await reader.begin(many, 1, print)).to.deep.equal([]);
    expect(take()).to.deep.equal(many.map(({ origin }) => `${origin}: of ${origin}`));
  });
});
