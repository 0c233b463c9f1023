import { expect } from "chai";
import { grepTracked } from "./repository.js";

describe("A test that starts a testbed", () => {
  it("is in a file *.cluster.test.ts, so that `npm test` never runs two of them side by side", async () => {
    const starts = String.raw`\b(startTestbed|startTestbedFor|startCluster|useCluster|useTestbed)\(|bin/hpcnb-testbed\.js`;
    const others = [
      ":(glob)**/*.test.ts",
      ":(exclude,glob)**/*.cluster.test.ts",
      ":!test/repository/testbed-starters.test.ts",
    ];
    expect(await grepTracked(starts, ...others)).to.deep.equal([]);
    expect(await grepTracked(starts, ":(glob)**/*.cluster.test.ts")).not.to.deep.equal([]);
  });
});
