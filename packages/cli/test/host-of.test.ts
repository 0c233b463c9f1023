import { expect } from "chai";
import { hostOf } from "../src/host-of.js";

describe("hostOf", () => {
  it("is one host for each alias, so that all who ask at once share one login", () => {
    expect(hostOf("login")).to.equal(hostOf("login"));
    expect(hostOf("login")).not.to.equal(hostOf("other"));
    expect(hostOf(undefined).name).to.equal("this machine");
  });
});
