import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "./repository.js";

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly engines?: { readonly node?: string };
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

describe("Every package", () => {
  let manifests: Manifest[];

  before(async () => {
    const folders = await readdir(join(root, "packages"));
    manifests = await Promise.all(
      folders.map(async (folder) => JSON.parse(await readFile(join(root, "packages", folder, "package.json"), "utf8"))),
    );
  });

  it("is MIT and runs on the lowest Node that hpcnb supports", () => {
    for (const { name, license, engines } of manifests) {
      expect({ license, engines }, name).to.deep.equal({ license: "MIT", engines: { node: ">=20.19" } });
    }
  });

  it("can be resolved by import and by createRequire: each export ends in a default condition", () => {
    for (const { name, exports } of manifests) {
      expect(exports, name).to.be.an("object");
      for (const [path, target] of Object.entries(exports ?? {})) {
        if (typeof target === "object") expect(Object.keys(target).at(-1), `${name} ${path}`).to.equal("default");
      }
    }
  });
});
