import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readSessionFile, SessionFileError } from "@hpcnb/core/session-file";
import { expect } from "chai";

const folder = fileURLToPath(new URL("bad/", import.meta.url));

/**
 * Each file in bad/ has beside it, in NAME.expected, every line that a user gets to read about it.
 */
describe("bad session files", () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".yaml"))) {
    it(`${name} is told all its problems, each in its place`, async () => {
      const source = await readSessionFile(`${folder}${name}`);
      expect(source.session).to.equal(undefined);
      const message = new SessionFileError(name, source.problems).message.replaceAll(folder, "");
      expect(`${message}\n`).to.equal(readFileSync(`${folder}${name.replace(/\.yaml$/, ".expected")}`, "utf8"));
    });
  }

  it("that are not there, are directories, or are huge, are told apart", async () => {
    const problemOf = async (file: string) =>
      (await readSessionFile(file)).problems.map(({ message }) => message).join();
    expect(await problemOf(`${folder}no-such.yaml`)).to.equal("there is no such file");
    expect(await problemOf(folder)).to.include("is a directory");
    expect(await problemOf(process.execPath)).to.include("is larger than 1 MiB");
  });
});
