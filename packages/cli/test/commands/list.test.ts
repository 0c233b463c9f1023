import { expect } from "chai";
import { onePerRun } from "../../src/commands/list.js";

describe("hpcnb list", () => {
  it("has each run once, by what comes first, and all sessions of which the run is not known", () => {
    const row = (file: string, run?: string) => ({ name: "a", phase: "up", file, ...(run ? { run } : {}) });
    const rows = [
      row("/a/session.yaml", "r1"),
      row("login:/a", "r1"),
      row("/b.yaml", "r2"),
      row("/c.yaml"),
      row("/d.yaml"),
    ];
    expect(onePerRun(rows).map(({ file }) => file)).to.deep.equal(["/a/session.yaml", "/b.yaml", "/c.yaml", "/d.yaml"]);
  });
});
