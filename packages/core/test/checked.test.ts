import {
  absolutePathSchema,
  check,
  checkJson,
  countSchema,
  hostNameSchema,
  portSchema,
  runIdSchema,
} from "@hpcnb/core";
import { expect } from "chai";
import * as v from "valibot";

const schema = v.object({ jobs: v.array(v.object({ id: v.string() })) });

describe("values from elsewhere", () => {
  it("gives a valid value with only what its schema names", () => {
    expect(check(schema, { jobs: [{ id: "7", more: 1 }], __proto__: { x: 1 } }).value).to.deep.equal({
      jobs: [{ id: "7" }],
    });
  });

  it("says where a value is wrong", () => {
    expect(check(schema, { jobs: [{ id: 7 }] }).problem).to.match(/^jobs\.0\.id: /);
    expect(check(schema, null).problem).to.match(/^the whole: /);
  });

  it("says that a text is no JSON", () => {
    expect(checkJson(schema, "{").problem).to.match(/^is no JSON/);
  });

  const cases: [string, v.GenericSchema, unknown[], unknown[]][] = [
    ["a run's id", runIdSchema, ["abcdefghi0"], ["", "a", "abcdefghi0\n", "ABCDEFGHI0", "../../../x", 7, null]],
    [
      "a host",
      hostNameSchema,
      ["node1", "10.0.0.1", "fe80::1", "a_b.c-d"],
      ["", "-oProxyCommand=x", "a b", "x'$(y)'", "n\n"],
    ],
    ["a path", absolutePathSchema, ["/a b/ü"], ["a", "", "/a\nb", "/a\u001b"]],
    ["a port", portSchema, [1, 65535], [0, 65536, 1.5, "80", Number.NaN, null]],
    ["a count", countSchema, [0, 75_000], [-1, 1.5, Number.POSITIVE_INFINITY, 2 ** 60]],
  ];
  for (const [name, one, good, bad] of cases) {
    it(`knows ${name}`, () => {
      for (const value of good) expect(check(one, value).problem, String(value)).to.equal(undefined);
      for (const value of bad) expect(check(one, value).problem, String(value)).to.be.a("string");
    });
  }
});
