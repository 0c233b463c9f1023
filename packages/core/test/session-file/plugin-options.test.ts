import { isHpcnbError, type OptionsSchema } from "@hpcnb/core";
import { readSessionText } from "@hpcnb/core/session-file";
import { expect } from "chai";

async function check(options: string, properties: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const text = `notebook: { directory: . }\nscheduler:\n  plugin: x\n  options: ${options}\n`;
  const source = await readSessionText(text, "s.yaml");
  const schema: OptionsSchema = { type: "object", additionalProperties: false, properties, ...more };
  const checked = await source.checkOptions("/scheduler/options", source.session?.scheduler.options ?? {}, schema);
  return { ...checked, told: checked.problems.map(({ line, column, message }) => `${line}:${column} ${message}`) };
}

describe("the options of a plugin", () => {
  it("get the schema's defaults, and leave the file's own value as it is", async () => {
    const { options, told } = await check("{ a: 1 }", { a: { type: "integer" }, b: { type: "string", default: "x" } });
    expect({ options, told }).to.deep.equal({ options: { a: 1, b: "x" }, told: [] });
  });

  it("are told like all other problems, in their places", async () => {
    const { told } = await check(
      "{ slots: many, nmae: x, deep: { list: [1, -1] }, mode: fats }",
      {
        slots: { type: "integer" },
        name: { type: "string" },
        deep: { type: "object", properties: { list: { type: "array", items: { type: "integer", minimum: 0 } } } },
        mode: { type: "string", enum: ["fast", "slow"] },
        account: { type: "string", description: "Who pays. Ask the site." },
      },
      { required: ["name", "account"] },
    );
    expect(told).to.have.members([
      '4:21 scheduler.options.slots must be a whole number, but is the text "many"',
      '4:27 scheduler.options has no key "nmae"; did you mean name?',
      "4:3 scheduler.options.account is missing: who pays",
      "4:54 scheduler.options.deep.list[1] must be at least 0, but is the number -1",
      '4:67 scheduler.options.mode must be one of fast, slow, but is the text "fats"; did you mean fast?',
    ]);
  });

  const alternatives = {
    anyOf: [
      { type: "integer", maximum: 9 },
      { type: "string", pattern: "^a" },
    ],
  };
  it("that may have several types, and have none of them, are told all of them at once", async () => {
    const { told } = await check("{ a: [] }", { a: alternatives });
    expect(told).to.deep.equal(["4:17 scheduler.options.a must be a whole number or a text, but is a list"]);
  });

  it("of one of several types are told only what that one lacks", async () => {
    expect((await check("{ a: 10 }", { a: alternatives })).told).to.deep.equal([
      "4:17 scheduler.options.a must be at most 9, but is the number 10",
    ]);
    const shapes = ["x", "y"].map((kind) => ({
      type: "object",
      properties: { kind: { const: kind }, [kind]: { type: "integer" } },
      required: ["kind", kind],
    }));
    expect((await check("{ a: { kind: x, x: no } }", { a: { oneOf: shapes } })).told).to.deep.equal([
      '4:31 scheduler.options.a.x must be a whole number, but is the text "no"',
    ]);
  });

  it("that fit several alternatives where one is wanted, get a sentence", async () => {
    const { told } = await check("{ a: 1 }", { a: { oneOf: [{ type: "integer" }, { type: "number" }] } });
    expect(told).to.deep.equal(["4:17 scheduler.options.a must match exactly one schema in oneOf"]);
  });

  it("that are secret are not shown", async () => {
    const { told } = await check("{ key: 12345 }", { key: { type: "string", "x-secret": true } });
    expect(told).to.deep.equal(["4:19 scheduler.options.key must be a text"]);
  });

  it("with strange keys stay on their line", async () => {
    const { told } = await check('{ "a\\nb/~": { c: 1 } }', {}, { additionalProperties: { type: "integer" } });
    expect(told).to.deep.equal(['4:24 scheduler.options."a\\nb/~" must be a whole number, but is a mapping']);
  });

  it("cannot be checked by a schema that is none: that is the plugin's fault", async () => {
    const error = await check("{ a: 1 }", { a: { type: "number", format: 3 } }).catch((reason: unknown) => reason);
    expect(isHpcnbError(error, "HPCNB_PLUGIN_BROKEN"), String(error)).to.equal(true);
  });
});
