import { tmpdir } from "node:os";
import { bundledSchedulers } from "@hpcnb/client";
import { expect } from "chai";
import { writeAdapter } from "../../src/new-adapter/write-adapter.js";

describe("writeAdapter", () => {
  for (const name of ["Bad Name", "9", "a--b", "x".repeat(41)])
    it(`takes no name that is none: ${name}`, () => {
      expect(() => writeAdapter(name, tmpdir())).to.throw("cannot be the name of an adapter");
    });

  for (const name of bundledSchedulers)
    it(`takes no name that means an adapter of hpcnb's own: ${name}`, () => {
      expect(() => writeAdapter(name, tmpdir())).to.throw("an adapter of hpcnb's own");
    });
});
