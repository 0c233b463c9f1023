import { expect } from "chai";
import { withTopics } from "../../src/commands/help.js";

describe("a page at a terminal", () => {
  it("names the command that prints another page in the place of a link", () => {
    expect(withTopics("[ssh.md](ssh.md) has the cases; see [engines](engines.md#more-and-fewer).")).to.equal(
      "`hpcnb help ssh` has the cases; see engines (`hpcnb help engines`).",
    );
    const others = "[a decision](decisions/0001-a.md), [a site](https://example.org/a.md)";
    expect(withTopics(others)).to.equal(others);
  });
});
