import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundledSchedulers } from "@hpcnb/client";
import { expect } from "chai";
import { root } from "./repository.js";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly license?: string;
  readonly engines?: { readonly node?: string };
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

describe("Every package", () => {
  let folders: string[];
  let manifests: Manifest[];

  before(async () => {
    folders = await readdir(join(root, "packages"));
    manifests = await Promise.all(
      folders.map(async (folder) => JSON.parse(await readFile(join(root, "packages", folder, "package.json"), "utf8"))),
    );
  });

  it("is MIT and runs on the lowest Node that hpcnb supports", () => {
    for (const { name, license, engines } of manifests) {
      expect({ license, engines }, name).to.deep.equal({ license: "MIT", engines: { node: ">=20.19" } });
    }
  });

  it("says what it is, in its manifest and in a README", async () => {
    for (const [index, { name, description, keywords }] of manifests.entries()) {
      expect(description, name).to.match(/\w{3}/);
      expect(keywords, name).to.be.an("array").that.is.not.empty;
      const page = await readFile(join(root, "packages", folders[index] ?? "", "README.md"), "utf8");
      expect(page.split("\n")[0], name).to.equal(`# ${name}`);
      expect(page.split("\n").length, `lines of the README of ${name}`).to.be.within(5, 40);
    }
  });

  it("has the version of all others, which the files in README's table have too", async () => {
    const versions = new Set(manifests.map(({ version }) => version));
    expect(versions).to.have.lengthOf(1);
    const page = await readFile(join(root, "README.md"), "utf8");
    expect(new Set(page.match(/(?<=hpcnb-)\d+\.\d+\.\d+/g))).to.deep.equal(versions);
  });

  it("can be resolved by import and by createRequire: each export ends in a default condition", () => {
    for (const { name, exports } of manifests) {
      expect(exports, name).to.be.an("object");
      for (const [path, target] of Object.entries(exports ?? {})) {
        if (typeof target === "object") expect(Object.keys(target).at(-1), `${name} ${path}`).to.equal("default");
      }
    }
  });

  it("is built: tsconfig.test.json, which is the only list of them, has them all", async () => {
    const { references } = JSON.parse(await readFile(join(root, "tsconfig.test.json"), "utf8"));
    const folders = (await readdir(join(root, "packages"))).map((folder) => ({ path: `packages/${folder}` }));
    expect(references).to.have.deep.members(folders);
  });

  it("that is an adapter of hpcnb's own is one of the client's dependencies, and known by its short name", () => {
    const client = manifests.find(({ name }) => name === "@hpcnb/client");
    const adapters = Object.keys(client?.dependencies ?? {}).filter((name) => name.startsWith("@hpcnb/adapter-"));
    expect(adapters).to.have.members(bundledSchedulers.map((name) => `@hpcnb/adapter-${name}`));
  });
});
