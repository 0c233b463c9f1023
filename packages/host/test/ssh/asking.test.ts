import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { mayAskNow } from "../../src/ssh/asking.js";

/**
 * A program under a terminal of its own, which prints its shell's number when it does what it is to
 * do.
 */
async function atTerminal(program: string) {
  const child = spawn("script", ["-qec", `bash -c '${program}'`, "/dev/null"], {
    stdio: "pipe",
  });
  const [words] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  return { pid: Number.parseInt(words, 10), end: () => child.kill() };
}

describe("whether ssh may be asking", () => {
  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere it cannot be seen
  });

  for (const [what, program, asks] of [
    ["has the terminal open to ask", "exec 9</dev/tty; echo $$; cat", true],
    ["only runs at a terminal", "echo $$; cat", false],
    ["has started another that asks", "(exec 9</dev/tty; echo $$; cat <&9) & wait", true],
  ] as const) {
    it(`is ${asks ? "true" : "false"} of a client that ${what}`, async () => {
      const { pid, end } = await atTerminal(program);
      try {
        expect(mayAskNow(pid)).to.equal(asks);
      } finally {
        end();
      }
    });
  }

  it("is false of a client that has ended", () => {
    expect(mayAskNow(2 ** 22 + 1)).to.equal(false);
  });
});
