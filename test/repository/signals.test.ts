import { expect } from "chai";
import { grepTracked } from "./repository.js";

describe("Signals with a time limit", () => {
  it("are made in one place, so that none of them is forgotten by Node", async () => {
    const made = await grepTracked(String.raw`AbortSignal\.timeout\(`, "packages/*/src/*.ts", "packages/*/src/**/*.ts");
    expect(made).to.deep.equal([]);
  });
});
