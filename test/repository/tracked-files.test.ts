import { userInfo } from "node:os";
import { expect } from "chai";
import { grepTracked } from "./repository.js";

/** What would tie the repository to one machine. */
const machineBound = {
  "a home directory": `/root/|/(home|Users)/${userInfo().username}/`,
  "a scratch directory": String.raw`/tmp/(lab|brief|clone)\b|/work/(main|shared)\b`,
  "a package registry": String.raw`https?://(?!(registry\.npmjs|pypi)\.org\b)[\w.-]*(registry|pypi|artifactory|nexus)[\w.-]*[/:]`,
};

describe("Tracked files", () => {
  for (const [what, pattern] of Object.entries(machineBound)) {
    it(`name no place of one machine: ${what}`, async () => {
      const found = await grepTracked(pattern, ":!test/repository/tracked-files.test.ts");
      expect(found.map((line) => line.slice(0, 200))).to.deep.equal([]);
    });
  }
});
