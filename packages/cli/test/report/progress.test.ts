import { PassThrough } from "node:stream";
import { expect } from "chai";
import { createProgress } from "../../src/report/progress.js";

function streamWith(properties: object) {
  const stream = Object.assign(new PassThrough(), properties) as unknown as NodeJS.WriteStream;
  return { stream, text: () => (stream as unknown as PassThrough).read()?.toString() ?? "" };
}

describe("progress", () => {
  it("prints one line a change where stderr is no terminal", () => {
    const { stream, text } = streamWith({ isTTY: false });
    let time = 0;
    const progress = createProgress(stream, () => time);
    const queue = { name: "queue", done: false, text: "waiting (qw)" };
    progress.update([queue]);
    time = 1_500;
    progress.update([queue]);
    progress.update([{ ...queue, done: true, text: "running on node1" }]);
    progress.stop();
    expect(text().split("\n")).to.deep.equal(["   0.0s  queue: waiting (qw)", "   1.5s  queue: running on node1", ""]);
  });

  it("rewrites what is waited for on a terminal, and keeps to its width", () => {
    const saved = process.env.CI;
    delete process.env.CI;
    const { stream, text } = streamWith({ isTTY: true, columns: 40 });
    const progress = createProgress(stream, () => 0);
    progress.update([{ name: "queue", done: false, text: "x".repeat(100) }]);
    progress.update([{ name: "queue", done: true, text: "running" }]);
    progress.stop();
    if (saved !== undefined) process.env.CI = saved;
    const [first = "", ...rest] = text().split("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what gives the colour
    const waiting = first.replace(/\u001b\[\d*m/g, "");
    expect(waiting).to.match(/^· queue {5}x+… 0\.0s$/);
    expect(waiting.length).to.be.at.most(40);
    expect(rest.join("\n")).to.include("\u001b[1A\u001b[J");
    expect(rest.join("\n")).to.include("✓");
  });
});
