import { capture, Stop } from "./run.mjs";

const lowestNode = [20, 19];
const lowestPython = [3, 9];
/** The plain name first; then those that sites with an old python3 have beside it. */
const pythonNames = [
  "python3",
  "python3.14",
  "python3.13",
  "python3.12",
  "python3.11",
  "python3.10",
  "python3.9",
  "python",
];

/** What the set-up stands on, or exit code 3 with everything that is missing. */
export async function findPrerequisites() {
  const [python, git] = await Promise.all([findPython(), capture(["git", "--version"])]);
  const node = process.versions.node.split(".").map(Number);
  const problems = [];
  if (isLower(node, lowestNode)) {
    problems.push(
      `Node ${lowestNode.join(".")} or newer is needed, and this is ${process.versions.node}. See https://nodejs.org/.`,
    );
  }
  if (!python) {
    problems.push(
      `Python ${lowestPython.join(".")} or newer is needed, and none of ${pythonNames.join(", ")} on PATH is one.`,
    );
  }
  if (git.exitCode !== 0) problems.push("git is needed, and `git --version` does not work here.");
  if (problems.length > 0) throw new Stop(problems.join("\n"), 3);
  return { node: process.versions.node, python, git: git.output.split(" ")[2] };
}

async function findPython() {
  for (const name of pythonNames) {
    const { exitCode, output } = await capture([name, "scripts/lib/about_python.py"]);
    if (exitCode !== 0) continue;
    const [major, minor, patch, ...path] = output.split(" ");
    if (!isLower([Number(major), Number(minor)], lowestPython)) {
      return { version: `${major}.${minor}.${patch}`, path: path.join(" ") };
    }
  }
}

function isLower([major, minor], [lowestMajor, lowestMinor]) {
  return major < lowestMajor || (major === lowestMajor && minor < lowestMinor);
}
