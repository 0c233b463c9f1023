import { execFile } from "node:child_process";
import { expect } from "chai";
import { root } from "./repository.js";

function node(...args: string[]) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

describe("npm run bench", () => {
  it("runs nothing when a name is not one of its programs'", async () => {
    const { exitCode, stderr } = await node("scripts/bench.mjs", "startup", "stats");
    expect(stderr).to.contain(
      "no program in bench/ is named stats: they are daily, engines, first-word, relay, startup, status, status-parse, up-speed",
    );
    expect(exitCode).to.equal(2);
  });

  it("fails where a number is above its limit, or is none", async () => {
    const hold = (number: string) =>
      node("--eval", `import("./bench/lib/table.mjs").then(({ hold }) => hold("seconds", ${number}, 0.5))`);
    expect(await hold("0.5")).to.include({ exitCode: 0, stdout: "seconds: 0.50 (at most 0.5)\n" });
    expect(await hold("0.501")).to.include({ exitCode: 1, stdout: "seconds: 0.50 (at most 0.5, so this FAILED)\n" });
    expect((await hold("NaN")).exitCode).to.equal(1);
  });

  it("prints the smallest, the middle and the largest of each row", async () => {
    const print = 'import("./bench/lib/table.mjs").then((table) => table.printTable({ one: [3, 1, 2, 10] }, 1))';
    const [load, head, row] = (await node("--eval", print)).stdout.split("\n");
    expect(load).to.match(/^\(load [\d.]+ on \d+ processors\)$/);
    expect(head?.trim().split(/ +/)).to.deep.equal(["min", "median", "max"]);
    expect(row?.split(/ +/)).to.deep.equal(["one", "1.0", "2.5", "10.0"]);
  });
});
