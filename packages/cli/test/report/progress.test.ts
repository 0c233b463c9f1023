import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import fastStringWidth from "fast-string-width";
import { show } from "../../src/printing/print.js";
import { createProgress } from "../../src/report/progress.js";

function streamWith(properties: object) {
  const stream = Object.assign(new PassThrough(), properties) as unknown as NodeJS.WriteStream;
  return { stream, text: () => (stream as unknown as PassThrough).read()?.toString() ?? "" };
}

describe("progress", () => {
  it("prints one line a change where stderr is no terminal", () => {
    const { stream, text } = streamWith({ isTTY: false });
    let time = 0;
    const progress = createProgress({ stream, now: () => time });
    const queue = { name: "queue", done: false, text: "waiting (qw)" };
    progress.update([queue]);
    time = 1_500;
    progress.update([queue]);
    progress.update([{ ...queue, done: true, text: "running on node1" }]);
    progress.stop();
    expect(text().split("\n")).to.deep.equal(["   0.0s  queue: waiting (qw)", "   1.5s  queue: running on node1", ""]);
  });

  it("says at once what a command that takes its time begins with, and a brief one only when it is slow", () => {
    for (const [isBrief, said] of [
      [false, "   0.0s  s on login: looking for it\n"],
      [true, ""],
    ] as const) {
      const { stream, text } = streamWith({ isTTY: false });
      const progress = createProgress({ stream, now: () => 0, isBrief });
      progress.begin("s on login: looking for it");
      progress.begin("s on login: looking for it");
      progress.stop();
      expect(text()).to.equal(said);
    }
  });
});

const up = "\u001b[1A\u001b[2K";

/** What a terminal shows after it has been sent this: lines, and none of the styles. */
function screenOf(sent: string): string[] {
  const lines: string[] = [];
  for (const part of sent.split("\r\u001b[2K")) {
    let rest = part;
    for (; rest.startsWith(up); rest = rest.slice(up.length)) lines.pop();
    lines.push(...stripVTControlCharacters(rest).split("\n").slice(0, -1));
  }
  return lines;
}

describe("progress on a terminal", () => {
  const long =
    "Python 3.11.2 (/home/alice/projects/rnaseq/.venv/bin/python) with JupyterLab 4.6.6 and ipyparallel 9.0.2";
  const saved = { ...process.env };

  beforeEach(() => {
    delete process.env.CI;
    Object.assign(process.env, { TERM: "xterm", LC_ALL: "C.UTF-8" });
  });

  afterEach(() => {
    for (const name of ["CI", "TERM", "LC_ALL"]) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
  });

  for (const columns of [40, 80, 110]) {
    it(`cuts nothing, finished or waited for, at ${columns} columns`, () => {
      const { stream, text } = streamWith({ isTTY: true, columns });
      const progress = createProgress({ stream, now: () => 0 });
      const reason =
        "(-l h_rt=8:0:0) cannot run at host node1 because it offers only hc:slots=0.000000; 解析.q is full";
      progress.update([{ name: "check", done: true, text: long }]);
      progress.update([{ name: "queue", done: false, text: reason, note: "Ctrl-C leaves it in the queue." }]);
      const lines = screenOf(text());
      expect(lines.every((line) => fastStringWidth(line) <= columns)).to.equal(true);
      const joined = lines.join("").replaceAll(/\s/g, "");
      for (const part of [long, reason, "Ctrl-C leaves it in the queue."])
        expect(joined).to.include(part.replaceAll(/\s/g, ""));
      progress.stop();
    });
  }

  it("takes away what was waited for as a whole, also when the terminal has become narrower", () => {
    const { stream, text } = streamWith({ isTTY: true, columns: 100 });
    const progress = createProgress({ stream, now: () => 0 });
    const wait = `waiting (${"x".repeat(40)})`;
    progress.update([{ name: "queue", done: false, text: wait }]);
    text();
    // A terminal of 40 columns makes two lines of a longer one.
    Object.assign(stream, { columns: 40 });
    stream.emit("resize");
    expect(text().startsWith(`\r\u001b[2K${up.repeat(2)}\u001b[33m`)).to.equal(true);
    progress.stop();
  });

  it("leaves finished steps with their own time, and nothing of what was waited for", () => {
    const { stream, text } = streamWith({ isTTY: true, columns: 80 });
    let time = 0;
    const progress = createProgress({ stream, now: () => time });
    progress.begin("s on login: looking for it");
    time = 400;
    progress.update([{ name: "check", done: true, text: "Python" }]);
    time = 1_400;
    progress.update([{ name: "queue", done: false, text: "waiting (qw)" }]);
    time = 91_400;
    progress.update([{ name: "queue", done: true, text: "running on node1" }]);
    progress.stop();
    expect(screenOf(text())).to.deep.equal(["✓ check        0.4s  Python", "✓ queue      1m 30s  running on node1"]);
  });

  it("prints what else is told above what is waited for", () => {
    const { stream, text } = streamWith({ isTTY: true, columns: 80 });
    const progress = createProgress({ stream, now: () => 0 });
    progress.update([{ name: "queue", done: false, text: "waiting (qw)" }]);
    show(stream, "Warning: something\n");
    expect(screenOf(text())).to.deep.equal(["Warning: something", "⠋ queue        0.0s  waiting (qw)"]);
    progress.stop();
  });

  it("never fills the screen, whose first lines could not be taken away again", () => {
    const { stream, text } = streamWith({ isTTY: true, columns: 40, rows: 6 });
    const progress = createProgress({ stream, now: () => 0 });
    progress.update([{ name: "queue", done: false, text: "word ".repeat(200) }]);
    expect(screenOf(text())).to.have.lengthOf(4);
    progress.stop();
  });

  it("has plain characters where the locale has no others", () => {
    process.env.LC_ALL = "C";
    const { stream, text } = streamWith({ isTTY: true, columns: 80 });
    const progress = createProgress({ stream, now: () => 0 });
    progress.update([{ name: "queue", done: true, text: "running" }]);
    progress.update([{ name: "engines", done: false, text: "0 of 4" }]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: of ASCII, all.
    expect(text()).to.match(/^[\u0000-\u007f]+$/);
    progress.stop();
  });
});
