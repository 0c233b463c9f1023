import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { root, trackedFiles } from "./repository.js";

/** What would tie the repository to one machine. Written so that this file does not contain what it looks for. */
const machineBound: Readonly<Record<string, RegExp>> = {
  "a home directory": /\/(?:root|home\/(?!(?:user|alice|bob|me|you|ana)\b)\w+|Users\/\w+)\//,
  "a scratch directory": /\/tmp\/(?:lab|clone|brief)\b|\/work\/(?:main|shared)\b/,
  "a registry address":
    /\bhttps?:\/\/(?!registry\.npmjs\.org\b|pypi\.org\b)[\w.-]*(?:registry|pypi|npm|artifactory|nexus)[\w.-]*[/:]/,
};

describe("Tracked files", () => {
  it("name no path or package registry of one machine", async () => {
    const problems: string[] = [];
    for (const file of await trackedFiles()) {
      if (file === "test/repository/tracked-files.test.ts") continue;
      for (const [index, line] of (await readFile(join(root, file), "utf8")).split("\n").entries()) {
        for (const [what, pattern] of Object.entries(machineBound)) {
          if (pattern.test(line)) problems.push(`${file}:${index + 1} has ${what}: ${line.trim().slice(0, 120)}`);
        }
      }
    }
    expect(problems.join("\n")).to.equal("");
  });
});
