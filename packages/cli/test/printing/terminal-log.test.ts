import { expect } from "chai";
import { createLogCleaner } from "../../src/printing/terminal-log.js";

const plain = "\u001b[0m";

function shown(...pieces: (string | Buffer)[]): string {
  const cleaner = createLogCleaner();
  return pieces.map((piece) => cleaner.clean(Buffer.from(piece as string))).join("") + cleaner.end();
}

describe("a log at a terminal", () => {
  it("keeps its colours, and ends them", () => {
    const text = "\u001b[1;31mred\u001b[0m \u001b[38;5;12mx\u001b[48;2;1;2;3my\u001b[m\n";
    expect(shown(text)).to.equal(text + plain);
  });

  it("writes out all else that steers a terminal", () => {
    for (const hostile of [
      "\u001b]0;T\u0007",
      "\u001b[2J",
      "\u001b[8m",
      "\u001b[5;31m",
      "\u009b31m",
      "\u001b[31",
      "\b",
      "\u202e",
    ]) {
      const text = shown(`a${hostile}b\n`);
      expect(text.slice(0, -plain.length - 1), hostile).not.to.match(/[\p{Cc}\u202e]/u);
      expect(text).to.match(/\\u(00|202e)/);
    }
  });

  it("shows the last state of a line that was rewritten", () => {
    expect(shown("10%\r20%\r100%\nnext\r\n")).to.equal(`100%\nnext\n${plain}`);
    expect(shown("\r10%\r20%\r\n")).to.equal(`20%\n${plain}`);
  });

  it("takes back what is on the screen when the next piece begins the line again", () => {
    expect(shown("10%", "\r20%", "\r30%\n")).to.equal(`10%\r\u001b[K20%\r\u001b[K30%\n${plain}`);
    expect(shown("10%\r", "20%\r", "\nend")).to.equal(`10%\r\u001b[K20%\nend${plain}`);
    expect(shown("one", " more\n")).to.equal(`one more\n${plain}`);
  });

  it("puts characters together that two pieces share, and shows what is no UTF-8", () => {
    const [one, two] = [Buffer.from("\u6f22").subarray(0, 1), Buffer.from("\u6f22").subarray(1)];
    expect(shown(one, two, Buffer.from([0xff]))).to.equal(`\u6f22\ufffd${plain}`);
  });
});
