import { expect } from "chai";
import { drawScreen } from "./svg.js";

describe("drawScreen", () => {
  const usual = { bold: false, dim: false, color: undefined };
  const draw = (...runs: { text: string; bold?: boolean; dim?: boolean; color?: number }[]) =>
    drawScreen({ columns: 80, lines: [runs.map((run) => ({ ...usual, ...run }))], text: "" }, "a <title>");

  it("places what lies between spaces by its column", () => {
    const texts = [...draw({ text: "a b  c" }).matchAll(/<text x="([\d.]+)".*?>(.*?)<\/text>/g)];
    expect(texts.map(([, x, text]) => [x, text])).to.deep.equal([
      ["16.0", "a b"],
      ["58.0", "c"],
    ]);
  });

  it("keeps colours and escapes what SVG would read", () => {
    const svg = draw({ text: "<&>", color: 10, bold: true });
    expect(svg).to.include('fill="#7ee787" font-weight="bold">&lt;&amp;&gt;</text>').and.to.include("a &lt;title&gt;");
  });

  it("shows no whole token", () => {
    expect(draw({ text: `http://127.0.0.1:8888/lab?token=${"0123abcd".repeat(6)}` })).to.match(/token=0123abcd…</);
  });
});
