import { expect } from "chai";
import { askedFor, parseScaleWords } from "../../src/commands/scale.js";

describe("words of scale", () => {
  const cases: [string, object][] = [
    ["8", { session: undefined, counts: [[undefined, 8]] }],
    ["a/session.yaml 0", { session: "a/session.yaml", counts: [[undefined, 0]] }],
    ["rnaseq gpu=2 cpu=10", { session: "rnaseq", counts: [["gpu", 2], ["cpu", 10]] }], // biome-ignore format: a table
  ];
  for (const [words, expected] of cases) {
    it(`understand "${words}"`, () => {
      const { session, counts } = parseScaleWords(words.split(" "));
      expect({ session, counts: [...counts] }).to.deep.equal(expected);
    });
  }

  for (const words of [
    "",
    "rnaseq",
    "-1",
    "1.5",
    "4 5",
    "gpu=1 gpu=2",
    "4 gpu=1",
    "rnaseq other 4",
    "1e3",
    "1234567",
  ]) {
    it(`refuse "${words}"`, () => {
      expect(() => parseScaleWords(words.split(" ").filter(Boolean)))
        .to.throw()
        .with.property("code", "HPCNB_BAD_ARGUMENTS");
    });
  }

  it("must name the group where there are several, and one that there is", () => {
    expect(askedFor(new Map([[undefined, 4]]), ["engines"])).to.deep.equal({ engines: 4 });
    expect(() => askedFor(new Map([[undefined, 4]]), ["cpu", "gpu"])).to.throw(/several groups of engines: cpu, gpu/);
    expect(() => askedFor(new Map([["tpu", 4]]), ["cpu", "gpu"])).to.throw(/no group of engines called tpu/);
  });
});
