import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv2020 } from "ajv/dist/2020.js";
import { systemClock } from "../clock.js";
import { missingMembers, untouchedHost } from "../made-by-plugin.js";
import { type Plugin, type PluginKind, whyNotAPlugin } from "../plugin.js";
import type { Scheduler } from "../scheduler.js";
import type { TestFunctions } from "./test-functions.js";

export interface PluginConformanceOptions {
  /** The default export of the package. */
  readonly plugin: Plugin;
  readonly kind: PluginKind;
  /** The package's own package.json: `new URL("../package.json", import.meta.url)`. */
  readonly packageJson: URL;
}

/**
 * Declares as tests what makes a package a plugin that hpcnb can find, load and give options to.
 */
export function pluginConformance({ describe, it }: TestFunctions, options: PluginConformanceOptions): void {
  const { plugin, kind, packageJson } = options;

  describe(`${plugin.name} as a plugin`, () => {
    it("is an object made with definePlugin, for this version", async () => {
      assert.equal(whyNotAPlugin(plugin, kind), undefined);
    });

    it("is found by its package's name, also by require.resolve", async () => {
      const { name, exports } = JSON.parse(readFileSync(packageJson, "utf8")) as PackageJson;
      const main = typeof exports === "object" && exports !== null && "." in exports ? exports["."] : exports;
      assert.ok(
        typeof main === "string" || (typeof main === "object" && main !== null && "default" in main),
        '"exports" in package.json needs a "default" condition; with "import" alone the package is not found',
      );
      assert.ok(createRequire(packageJson).resolve(name));
    });

    it("describes its options with a JSON Schema of an object", async () => {
      const schema = plugin[kind]?.optionsSchema;
      if (!schema) return;
      assert.equal(schema.type, "object");
      assert.equal(schema.additionalProperties, false, "a misspelt option must be found, not passed over");
      new Ajv2020({ strict: true, useDefaults: true }).compile(schema);
    });

    it("creates what it offers without doing anything yet, without an option too", async () => {
      const { create, optionsSchema = { type: "object" } } = plugin[kind] ?? assert.fail(`no ${kind}`);
      const defaults = {};
      assert.ok(new Ajv2020({ useDefaults: true }).compile(optionsSchema)(defaults), "no option may be required");
      const context = { host: untouchedHost, clock: systemClock, log: () => {}, timeoutMs: 60_000, options: defaults };
      const made: unknown = create(context);
      assert.deepEqual(missingMembers(kind, made), []);
      if (kind === "scheduler") assert.match((made as Scheduler).taskVariable, /^[A-Za-z_][A-Za-z0-9_]*$/);
    });
  });
}

interface PackageJson {
  readonly name: string;
  readonly exports?: unknown;
}
