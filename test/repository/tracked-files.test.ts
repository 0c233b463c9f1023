import { userInfo } from "node:os";
import { expect } from "chai";
import { grepTracked, root } from "./repository.js";

/** What would tie the repository to one machine. */
const machineBound = {
  "a home directory": `/(root|(home|Users)/${userInfo().username})/`,
  "this checkout": root.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  "a package registry": String.raw`https?://[\w.-]*(registry|artifactory|nexus)[\w.-]*[/:]`,
};

describe("Tracked files", () => {
  for (const [what, pattern] of Object.entries(machineBound)) {
    it(`name no place of one machine: ${what}`, async () => {
      const found = await grepTracked(pattern, ".");
      expect(found.map((line) => line.slice(0, 200))).to.deep.equal([]);
    });
  }
});
