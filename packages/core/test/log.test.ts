import { expect } from "chai";
import { HpcnbError, logged } from "../src/index.js";
import { expectFailure } from "../src/testing/index.js";

describe("the log of commands", () => {
  const command = { where: "login", argv: ["qstat", "-u", "a b"] };
  let lines: string[];
  beforeEach(() => {
    lines = [];
  });
  const log = (line: string) => void lines.push(line);

  it("says what was run, for how long, and how it ended, but not what it printed", async () => {
    const printed = { stdout: "a token", stderr: "a hash" };
    await logged(log, command, async () => ({ exitCode: 3, ...printed }));
    await logged(log, command, async () => ({ exitCode: null, signal: "SIGKILL", ...printed }));
    expect(lines[0]).to.match(/^login: qstat -u 'a b': exit code 3 after \d+\.\d\d s$/);
    expect(lines[1]).to.match(/: ended by SIGKILL after /);
    expect(lines.join()).not.to.match(/token|hash/);
  });

  it("names the code of what came to no end", async () => {
    const late = async () => {
      throw new HpcnbError("HPCNB_TIMEOUT", "no answer");
    };
    await expectFailure(logged(log, command, late), "HPCNB_TIMEOUT");
    expect(lines[0]).to.match(/: HPCNB_TIMEOUT after /);
  });
});
