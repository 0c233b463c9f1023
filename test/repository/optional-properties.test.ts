import { expect } from "chai";
import { grepTracked } from "./repository.js";

/** A spread that adds several properties, or those of another object, is no fault. */
describe("A property that may be missing", () => {
  it("is written with `defined`, and not with a spread of an object that may be empty", async () => {
    const one = String.raw`\{ [\w"-]+(: ((?!, \w+:)[^{}])*)? \}`;
    const spread = String.raw`\.\.\.\([^;]*(\? \{\} : ${one}|\? ${one} : \{\})\)`;
    expect(await grepTracked(spread, "*.ts")).to.deep.equal([]);
  });
});
