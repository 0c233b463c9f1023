import { readFileSync } from "node:fs";
import { tunnelKinds } from "@hpcnb/core";
import { sessionSchema, siteSchema } from "@hpcnb/core/session-file";
import { expect } from "chai";

interface Node {
  readonly type: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly default?: unknown;
  readonly enum?: readonly string[];
}

function keysOf(node: Node, path = ""): [string, Node][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]): [string, Node][] => [
    [`${path}${key}`, child],
    ...keysOf(child, `${path}${key}.`),
  ]);
}

describe("docs/sites.md", () => {
  const text = readFileSync(new URL("../../../../docs/sites.md", import.meta.url), "utf8");

  it("has a row for every key that only a site's file has, and no other", () => {
    const rows = Array.from(text.matchAll(/^\| `(\w+)` +\|/gm), ([, key]) => key);
    const all = Object.keys(siteSchema.properties as object);
    expect(rows).to.have.members(all.filter((key) => !(key in sessionSchema.properties)));
  });
});

describe("docs/session-file.md", () => {
  const text = readFileSync(new URL("../../../../docs/session-file.md", import.meta.url), "utf8");
  const rows = new Map(
    Array.from(
      text.matchAll(/^\| `([\w.]+)` +\| (.+?) +\| (.*)\|$/gm),
      ([, key = "", meaning = "", byDefault = ""]) => [key, { meaning, byDefault }],
    ),
  );
  const keys = keysOf(sessionSchema);

  it("has a row for every key of the schema, and no other", () => {
    expect([...rows.keys()]).to.have.members(keys.map(([key]) => key));
  });

  it("has the schema's defaults and choices", () => {
    for (const [key, node] of keys) {
      const row = rows.get(key);
      if (node.default !== undefined) expect(row?.byDefault.trim(), key).to.equal(`\`${node.default}\``);
      const choices = key === "tunnel.kind" ? tunnelKinds : (node.enum ?? []);
      for (const choice of choices) expect(row?.meaning, key).to.include(`\`${choice}\``);
    }
  });
});
