import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { hashPassword } from "../../src/commands/password.js";

describe("password", () => {
  it("makes a hash that Jupyter itself accepts, and for this password only", async function () {
    const venv = process.env.HPCNB_TEST_VENV;
    if (!venv) {
      this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    }
    const hash = await hashPassword('grün & "geheim"');
    const check = `
import sys
from jupyter_server.auth.security import passwd_check
print([passwd_check(sys.argv[1], word) for word in sys.argv[2:]])`;
    const answer = execFileSync(join(venv, "bin", "python"), ["-c", check, hash, 'grün & "geheim"', "gruen"], {
      encoding: "utf8",
    });
    expect(answer.trim()).to.equal("[True, False]");
  });

  it("uses a new salt each time", async () => {
    const [one, other] = [await hashPassword("x"), await hashPassword("x")];
    expect(one).to.match(/^argon2:\$argon2id\$v=19\$m=10240,t=10,p=8\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.to.equal(other);
  });
});
