import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe("the launch programs", () => {
  it("pass their own tests in Python", () => {
    const { status, stderr } = spawnSync("python3", ["-B", "-m", "unittest", "discover", "-s", at("python")], {
      encoding: "utf8",
      env: { ...process.env, PYTHONPATH: at("../python") },
    });
    expect(status, stderr).to.equal(0);
    expect(stderr).to.match(/Ran [1-9]\d* tests/);
  });
});
