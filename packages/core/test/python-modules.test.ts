import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { withoutComments } from "../src/python-modules.js";

const packages = fileURLToPath(new URL("../../", import.meta.url));

/** All Python of all packages that runs on hosts. */
function pythonFiles(): string[] {
  const folders = readdirSync(packages).map((name) => join(packages, name, "python"));
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path))))
    .filter((path) => path.endsWith(".py"));
}

/** Prints the names of the files that are another program without their comments. */
const compare = `import ast, json, sys

def program(text):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [one for one in node.body if not says_nothing(one)]
    return ast.dump(tree)

def says_nothing(node):
    is_text = isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)
    return is_text or isinstance(node, ast.Pass)

for name, texts in json.load(sys.stdin).items():
    if len(set(map(program, texts))) > 1:
        print(name)`;

describe("Python that is carried to a host", () => {
  it("is the same program without its comments and long docstrings", () => {
    const files = pythonFiles();
    const texts = files.map((file) => {
      const source = readFileSync(file, "utf8");
      return [file, [source, withoutComments(source)]];
    });
    const input = JSON.stringify(Object.fromEntries(texts));
    const { stdout, stderr } = spawnSync("python3", ["-I", "-c", compare], { input, encoding: "utf8" });
    expect(files.length).to.be.greaterThan(50);
    expect({ stdout, stderr }).to.deep.equal({ stdout: "", stderr: "" });
  });

  it("keeps texts, and bodies that have only a docstring", () => {
    const source = [
      'A = """\\',
      "# kept",
      '"""',
      "",
      "",
      "class B:",
      '    """',
      "    Two lines,",
      "    or more.",
      '    """',
      "",
      "    # Dropped.",
      "    c = 1  # kept",
    ];
    expect(withoutComments(source.join("\n")).split("\n")).to.deep.equal([
      'A = """\\',
      "# kept",
      '"""',
      "",
      "",
      "class B:",
      "    pass",
      "",
      "    c = 1  # kept",
    ]);
  });
});
