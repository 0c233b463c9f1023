import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { definePlugin, type Plugin, type PluginKind, type Scheduler } from "../../src/index.js";
import { pluginConformance } from "../../src/testing/index.js";

const scheduler = {
  runsOnHost: false,
  taskVariable: "TASK",
  nameOf: (name) => name,
  submit: async () => "1",
  status: async () => [],
  cancel: async () => {},
  explain: async () => undefined,
  history: async () => undefined,
  render: () => "",
} satisfies Scheduler;

const plugin = definePlugin({ apiVersion: 1, name: "acme", scheduler: { create: () => scheduler } });
const goodExports = { ".": { types: "./index.d.ts", default: "./index.js" } };

const found = "is found by its package's name, also by require.resolve";
const shape = "is an object made with definePlugin, for this version";
const options = "describes its options with a JSON Schema of an object";
const creates = "creates what it offers without doing anything yet, without an option too";

describe("pluginConformance", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "hpcnb-test-"));
    await writeFile(join(directory, "index.js"), "");
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function failures(
    candidate: Plugin,
    exports: unknown = goodExports,
    kind: PluginKind = "scheduler",
  ): Promise<string[]> {
    const path = join(directory, "package.json");
    await writeFile(path, JSON.stringify({ name: "hpcnb-adapter-acme", type: "module", exports }));
    const tests: { name: string; body: () => Promise<void> }[] = [];
    pluginConformance(
      { describe: (_name, body) => body(), it: (name, body) => tests.push({ name, body }) },
      { plugin: candidate, kind, packageJson: pathToFileURL(path) },
    );
    const failed: string[] = [];
    for (const { name, body } of tests) await body().catch(() => failed.push(name));
    return failed;
  }

  it("has nothing to say against a good plugin", async () => {
    expect(await failures(plugin)).to.deep.equal([]);
    expect(await failures(plugin, "./index.js")).to.deep.equal([]);
  });

  it("catches one that lacks what nobody knows", async () => {
    const lacks = ["queues"] as unknown as ["queue"];
    expect(await failures({ ...plugin, scheduler: { lacks, create: () => scheduler } })).to.deep.equal([shape]);
    expect(await failures({ ...plugin, scheduler: { lacks: ["queue"], create: () => scheduler } })).to.deep.equal([]);
  });

  it("catches a package that only import can find, and one without its file", async () => {
    expect(await failures(plugin, { ".": { import: "./index.js" } })).to.deep.equal([found]);
    expect(await failures(plugin, { ".": { default: "./missing.js" } })).to.deep.equal([found]);
    expect(await failures(plugin, { "./other": { default: "./index.js" } })).to.deep.equal([found]);
  });

  it("catches what is not a plugin of this version", async () => {
    expect(await failures({ ...plugin, apiVersion: 2 } as unknown as Plugin)).to.deep.equal([shape]);
  });

  const withOptions = (optionsSchema: Record<string, unknown>) =>
    definePlugin({ ...plugin, scheduler: { optionsSchema, create: () => scheduler } });

  it("catches options that pass over misspellings, and options that must be given", async () => {
    expect(await failures(withOptions({ type: "object" }))).to.deep.equal([options]);
    const required = { type: "object", additionalProperties: false, properties: { a: {} }, required: ["a"] };
    expect(await failures(withOptions(required))).to.deep.equal([creates]);
  });

  it("catches work that is done before anybody asked for it, and half a scheduler", async () => {
    const eager = definePlugin({
      ...plugin,
      scheduler: {
        create: ({ host }) => {
          void host.run(["astat"]);
          return scheduler;
        },
      },
    });
    expect(await failures(eager)).to.deep.equal([creates]);
    const { explain: _, ...half } = scheduler;
    const halved = definePlugin({ ...plugin, scheduler: { create: () => half as unknown as Scheduler } });
    expect(await failures(halved)).to.deep.equal([creates]);
  });

  it("holds the options of a tunnel and of a readiness strategy to the same", async () => {
    const strict = { type: "object", additionalProperties: false, properties: { a: { default: 1 } } };
    const strategy = { name: "x", forJob: () => ({ strategy: "content" as const, seconds: 1 }), read: async () => [] };
    const way = { kind: "x", open: () => Promise.reject(new Error("no")) };
    for (const [kind, made] of [
      ["readiness", strategy],
      ["tunnel", way],
    ] as const) {
      const offering = (optionsSchema: Record<string, unknown>, create: () => unknown) =>
        ({ apiVersion: 1, name: "x", [kind]: { optionsSchema, create } }) as unknown as Plugin;
      expect(
        await failures(
          offering(strict, () => made),
          goodExports,
          kind,
        ),
      ).to.deep.equal([]);
      expect(
        await failures(
          offering({ type: "object" }, () => made),
          goodExports,
          kind,
        ),
      ).to.deep.equal([options]);
      expect(
        await failures(
          offering({ ...strict, properties: { b: {} }, required: ["b"] }, () => made),
          goodExports,
          kind,
        ),
      ).to.deep.equal([creates]);
      expect(
        await failures(
          offering(strict, () => ({})),
          goodExports,
          kind,
        ),
      ).to.deep.equal([creates]);
    }
  });
});
