import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sessionStateNames } from "@hpcnb/core";
import { expect } from "chai";
import { root } from "./repository.js";

describe("docs/json.md", () => {
  it("explains every state", async () => {
    const text = await readFile(join(root, "docs/json.md"), "utf8");
    const explained = [...text.matchAll(/^\| `([a-z ]+)` +\|/gm)].map(([, word]) => word);
    for (const word of sessionStateNames) expect(explained).to.include(word);
  });

  it("names every key of every command's result", async () => {
    const page = await readFile(join(root, "docs/json.md"), "utf8");
    const others = page.slice(page.indexOf("## The others"));
    const views = "packages/client/src/views";
    const types = await readFile(join(root, views, "results.ts"), "utf8");
    const results = keysIn(types, "Results");
    expect(results).to.include.members(["status", "list", "up", "down", "validate"]);
    for (const command of results) {
      expect(page, command).to.match(new RegExp(`^(## |\\| \`)${command}\\b`, "m"));
      const type = new RegExp(`readonly "?${command}"?: (\\w+Result);`).exec(types)?.[1];
      const row = new RegExp(`^\\| \`${command}\` .*$`, "m").exec(others)?.[0] ?? "";
      if (type)
        for (const key of keysIn(types, type))
          expect(row, `${command}: ${key}`).to.match(new RegExp(`\\b${key}\\b|the times of`));
    }
    for (const [file, type] of [
      ["status-view.ts", "StatusView"],
      ["listed-session.ts", "ListedSession"],
    ] as const) {
      const text = await readFile(join(root, views, file), "utf8");
      for (const key of keysIn(text, type)) expect(page, `${type}: ${key}`).to.include(`\`${key}\``);
    }
  });
});

/** The keys of an interface, by its source: a type has none when a test runs. */
function keysIn(text: string, type: string): string[] {
  const [, body = ""] = new RegExp(`^export interface ${type}\\b[^{]*\\{\n(.*?)^\\}`, "ms").exec(text) ?? [];
  const keys = [...body.matchAll(/^ {2}readonly "?([\w -]+?)"?\??:/gm)].map(([, key = ""]) => key);
  if (keys.length === 0) throw new Error(`There is no interface ${type}`);
  return keys;
}
