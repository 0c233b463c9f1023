import { readFileSync } from "node:fs";
import { decodeRecord, encodeRecord, type PublishedRecord, recordSize } from "@hpcnb/core";
import { expect } from "chai";

const run = "abcdefghij";

describe("records", () => {
  it("come back as they went in, with a fixed size in bytes", () => {
    const record = { run, state: "answering", path: '/home/zoë/\u{1f4d3} "x"/nb.sock', tasks: [1, 2] };
    const text = encodeRecord(record);
    expect(Buffer.byteLength(text)).to.equal(recordSize);
    expect(decodeRecord(text, run)).to.deep.equal(record);
  });

  it("are not believed when any byte differs, when cut short, or when of another run", () => {
    const text = encodeRecord({ run, state: "waiting" });
    for (const position of [0, 10, 2000, recordSize - 70, recordSize - 2]) {
      const damaged = `${text.slice(0, position)}${text[position] === "x" ? "y" : "x"}${text.slice(position + 1)}`;
      expect(decodeRecord(damaged, run), `byte ${position}`).to.equal(undefined);
    }
    expect(decodeRecord(text.slice(0, -1), run)).to.equal(undefined);
    expect(decodeRecord("", run)).to.equal(undefined);
    expect(decodeRecord(undefined, run)).to.equal(undefined);
    expect(decodeRecord(text, "klmnopqrst")).to.equal(undefined);
  });

  it("that do not fit are refused", () => {
    expect(() => encodeRecord({ run, text: "x".repeat(recordSize) })).to.throw(RangeError);
  });

  describe("as packages/jupyter/test/python/test_records.py has them, too", () => {
    interface Text {
      readonly what: string;
      readonly json: string;
      readonly digest: string;
    }
    interface Vectors {
      readonly size: number;
      readonly run: string;
      readonly records: readonly (Text & { readonly writtenBy: string; readonly record: PublishedRecord })[];
      /** Texts that are no record of this run. */
      readonly none: readonly Text[];
    }
    const vectors: Vectors = JSON.parse(readFileSync(new URL("records.json", import.meta.url), "utf8"));
    const textOf = ({ json, digest }: Text) => `${json.padEnd(vectors.size - digest.length - 1)}${digest}\n`;

    it("have this size", () => expect(recordSize).to.equal(vectors.size));

    for (const vector of vectors.records) {
      it(`are read: ${vector.what}, written by ${vector.writtenBy}`, () => {
        expect(decodeRecord(textOf(vector), vectors.run)).to.deep.equal(vector.record);
        if (vector.writtenBy === "TypeScript") expect(encodeRecord(vector.record)).to.equal(textOf(vector));
      });
    }

    for (const vector of vectors.none) {
      it(`are not believed: ${vector.what}`, () => {
        expect(decodeRecord(textOf(vector), vectors.run)).to.equal(undefined);
      });
    }
  });
});
