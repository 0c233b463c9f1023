import { expect } from "chai";
import { commandsFor } from "../../src/commands.js";
import { askedSession, pasteableHint } from "../../src/help/hints.js";

const commands = commandsFor(new AbortController().signal);

describe("a hint", () => {
  const asked: [string, string | undefined][] = [
    ["status", undefined],
    ["status rnaseq", "rnaseq"],
    ["up --timeout 3m rnaseq --json", "rnaseq"],
    ["logs -n 3 engine 2", undefined],
    ["logs rnaseq engine 2", "rnaseq"],
    ["scale 8", undefined],
    ["scale gpu=2", undefined],
    ["scale rnaseq 8", "rnaseq"],
    ["help up", undefined],
    ["list", undefined],
  ];
  for (const [line, session] of asked) {
    it(`after "hpcnb ${line}" is about ${session ?? "the session of the folder"}`, () => {
      expect(askedSession(line.split(" "), commands)).to.equal(session);
    });
  }

  describe("a hint", () => {
    const { npm_lifecycle_event: event } = process.env;
    before(() => {
      delete process.env.npm_lifecycle_event;
    });
    after(() => {
      if (event !== undefined) process.env.npm_lifecycle_event = event;
    });

    it("names the session that was asked for in each command, in quotes where it needs them", () => {
      const hint = "`hpcnb up` starts it, `hpcnb list` lists all, `hpcnb down x` ends x, `hpcnb what` is none.";
      expect(pasteableHint(hint, undefined, commands)).to.equal(hint);
      expect(pasteableHint(hint, "my data/s.yaml", commands)).to.equal(
        hint.replace("hpcnb up", "hpcnb up 'my data/s.yaml'"),
      );
    });

    it("gives no address to a command that needs the session file", () => {
      const hint = "`hpcnb up` starts it again, `hpcnb status` shows it.";
      expect(pasteableHint(hint, "login:/data", commands)).to.equal(
        "`hpcnb up` with its session file starts it again, `hpcnb status login:/data` shows it.",
      );
    });
  });
});
