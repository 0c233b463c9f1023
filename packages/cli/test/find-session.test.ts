import { expect } from "chai";
import { findSessionFile } from "../src/find-session.js";

describe("findSessionFile", () => {
  it("takes every address for what it is, also a home directory", () => {
    for (const address of ["login:~", "alice@login:~/rnaseq", "login:/d"])
      expect(findSessionFile(address)).to.equal(address);
  });

  it("says so when it knows no such name", () => {
    expect(() => findSessionFile("no-such-session"))
      .to.throw(/neither a file nor the name/)
      .with.property("code", "HPCNB_NO_SESSION");
  });
});
