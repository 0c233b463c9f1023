import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHpcnbError } from "@hpcnb/core";
import { loadSessionFile, SessionFileError } from "@hpcnb/core/session-file";
import { expect } from "chai";

async function errorOf(file: string): Promise<SessionFileError> {
  const error = await loadSessionFile(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SessionFileError)) return expect.fail(`Not a SessionFileError: ${error}`);
  return error;
}

describe("loading a session file", () => {
  let folder: string;

  before(() => {
    folder = join(mkdtempSync(join(tmpdir(), "hpcnb-test-")), `it's "ü" 📓`);
    mkdirSync(folder);
  });

  after(() => rmSync(join(folder, ".."), { recursive: true }));

  it("works below a path with spaces, quotes and any letters", async () => {
    const file = join(folder, "sitzung №1.yaml");
    writeFileSync(file, "notebook: { directory: ./n b }\n");
    const { session } = await loadSessionFile(file);
    expect(session.file).to.equal(file);
    expect(session.notebook.directory).to.equal(join(folder, "n b"));
  });

  it("throws one error with a line for every problem, in the order of the file, with the path as it was given", async () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "cluster: { minimum: 3, engines: 2 }\nname: a b\nnotebook: { app: lab }\nname: ok\n");
    const error = await errorOf(file);
    expect(isHpcnbError(error, "HPCNB_BAD_SESSION_FILE")).to.equal(true);
    expect(error.problems.map(({ line, column }) => [line, column])).to.deep.equal([
      [1, 21],
      [3, 1],
      [4, 1],
    ]);
    for (const line of error.message.split("\n")) expect(line.startsWith(`${file}:`), line).to.equal(true);
  });

  it("throws the same error for what is no such file", async () => {
    for (const path of ["", "none.yaml", `${process.execPath}/x`, "/dev/null", folder, "a\0b", "a".repeat(5000)]) {
      expect((await errorOf(path)).problems, path).to.have.length(1);
    }
  });

  it("tells the first 200 of thousands of problems within seconds", async () => {
    const file = join(folder, "long.yaml");
    writeFileSync(file, Array.from({ length: 50_000 }, (_, index) => `k${index}: 1\n`).join(""));
    expect((await errorOf(file)).problems).to.have.length(200);
  });
});
