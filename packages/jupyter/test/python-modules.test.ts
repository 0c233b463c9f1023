import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { type Program, programText } from "../src/python.js";

const programs: readonly Program[] = [
  "notebook",
  "controller",
  "engine",
  "notebook_cluster_controller",
  "notebook_cluster_engine",
];

/** As start.py does it, but only imports. */
const load = `import importlib, sys
text, importer = sys.stdin.read(), {}
exec(text.partition("\\n#: ")[0], importer)
importer["install"](text)
importlib.import_module(sys.argv[1])`;

describe("The text of a program", () => {
  for (const program of programs) {
    it(`has every module that ${program} imports, and no other finds them`, () => {
      const argv = ["-I", "-S", "-c", load, `hpcnb_programs.${program}`];
      const { status, stderr } = spawnSync("python3", argv, { input: programText(program), encoding: "utf8" });
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
    });
  }

  it("shows the lines of an error, and whose they are", () => {
    const code = `${load}\nimport hpcnb_programs.engine as engine\nengine.run({})`;
    const argv = ["-I", "-c", code, "hpcnb_programs.engine", "1"];
    const { stderr } = spawnSync("python3", argv, { input: programText("engine"), encoding: "utf8" });
    expect(stderr).to.match(/File "hpcnb:hpcnb_ipyparallel\/engine\.py", line \d+, in .*\n +\S.*\n(.*\n)*KeyError/);
  });
});
