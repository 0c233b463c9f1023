import { readFileSync } from "node:fs";
import { expect } from "chai";
import { commandsFor } from "../src/commands.js";

describe("README's table of commands", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

  for (const { command = "" } of commandsFor(new AbortController().signal)) {
    const [name] = [command].flat();
    it(`has ${name}`, () => {
      expect(readme).to.include(`\n| \`hpcnb ${name?.split(" ")[0]}`);
    });
  }
});
