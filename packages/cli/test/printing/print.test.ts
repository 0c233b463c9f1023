import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { printOutcome, show } from "../../src/printing/print.js";
import { printError } from "../../src/printing/print-error.js";
import { createProgress } from "../../src/report/progress.js";
import { renderStatus } from "../../src/report/render-status.js";
import { plain } from "../plain.js";

/**
 * Title, colour, clipboard, C1, direction of writing, a carriage return: what steers a terminal or
 * an eye.
 */
const hostile = "\u001b]0;T\u0007\u001b[31m\u001b]52;c;eA==\u0007\u009b2J\u202e\rx\u2028";
const control = /[\p{Cc}\u202e\u2028]/u;

describe("everything that is printed", () => {
  it("has no character from elsewhere that steers a terminal, but its own styles", () => {
    const stream = new PassThrough();
    show(stream, ["red", hostile], hostile);
    expect(stream.read().toString()).to.match(/^[^\p{Cc}\u202e\u2028]+$/u);
  });

  it("is cleaned in errors, with their causes and hints", () => {
    const written = captured("stderr", () => {
      const cause = new Error(`cause ${hostile}`);
      printError(
        Object.assign(new Error(`message ${hostile}`, { cause }), { code: "HPCNB_SSH", hint: `hint ${hostile}` }),
      );
      printError(new TypeError(hostile));
    });
    for (const part of ["message", "cause", "hint"]) expect(written).to.include(`${part} \\u001b]0;T`);
    expect(written.replaceAll("\n", "")).not.to.match(control);
  });

  it("is cleaned in progress", () => {
    const stream = Object.assign(new PassThrough(), { isTTY: false });
    const progress = createProgress({ stream: stream as unknown as NodeJS.WriteStream, now: () => 0 });
    progress.update([{ name: "queue", done: false, text: hostile }]);
    progress.stop();
    expect(stream.read().toString().trimEnd()).not.to.match(control);
  });

  it("has no row in status that a text made up", () => {
    const why = "over\nphase  running";
    const jobs = [{ role: "notebook", state: "queued", native: why, host: why, reason: why }];
    const view = { name: "a", state: "failed", phase: "failed", why, directory: why, tunnel: why, jobs } as const;
    const text = plain(renderStatus(view, { now: 0, called: "a" }));
    expect(text.split("\n").filter((line) => line.startsWith("phase"))).to.deep.equal([]);
  });
});

describe("what a command returns", () => {
  const value = { name: "a", closed: true };
  const outcome = { value, text: ["text\n"], notes: ["note", [["bold", "in"], " pieces"]] } as const;

  /** What goes to each stream; what comes once `afterwards` is asked is not seen. */
  function printed(json: boolean) {
    let stdout = "";
    const stderr = captured("stderr", () => {
      stdout = captured("stdout", () => void printOutcome(outcome, json));
    });
    return { stdout, stderr };
  }

  it("is text on stdout and notes on stderr, or the value alone for a program", () => {
    expect(printed(false).stdout).to.equal("text\n");
    expect(stripVTControlCharacters(printed(false).stderr)).to.equal("note\nin pieces\n");
    expect(printed(true)).to.deep.equal({ stdout: `${JSON.stringify(value)}\n`, stderr: "" });
  });

  it("fails where it has a failure", async () => {
    const failure = new Error("no");
    expect(await printOutcome({ failure }, true).catch((error) => error)).to.equal(failure);
  });
});

function captured(name: "stderr" | "stdout", work: () => void): string {
  const stream = process[name];
  const { write } = stream;
  let text = "";
  stream.write = (chunk: unknown) => {
    text += chunk;
    return true;
  };
  try {
    work();
  } finally {
    stream.write = write;
  }
  return text;
}
