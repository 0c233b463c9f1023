import { expect } from "chai";
import { commandsFor } from "../../src/commands.js";
import { nameOf } from "../../src/help/command-words.js";
import { badArguments, noSuchCommand } from "../../src/help/mistyped.js";
import { overview } from "../../src/help/overview.js";

const commands = commandsFor(new AbortController().signal);
const names = commands.map(nameOf);
const answerTo = (line: string) => noSuchCommand(line.split(" "), commands);

describe("a word that is no command", () => {
  const meant: Record<string, string> = {
    stop: "down",
    rm: "down",
    kill: "down",
    qdel: "down",
    ps: "status or list",
    ls: "list",
    start: "up",
    run: "up",
    attach: "connect",
    check: "validate",
    STOP: "down",
    stauts: "status",
    lsit: "list",
    schem: "schema",
  };
  for (const [word, command] of Object.entries(meant)) {
    it(`such as "${word}" leads to ${command}`, () => {
      expect(answerTo(word).message).to.equal(`There is no command ${JSON.stringify(word)}; did you mean ${command}?`);
    });
  }

  it("leads to no command that is only as short", () => {
    for (const word of ["pt", "x", "foo", "zz", "dwon2"])
      expect(answerTo(word).message).to.match(/did you mean down|There is no command "\w+"\.$/);
    expect(answerTo("pt").hint).to.include(names.join(", "));
  });

  it("is told with the line to paste, in quotes where it needs them", () => {
    const { hint } = noSuchCommand(["stop", "my data/session.yaml"], commands);
    expect(hint).to.match(/^`hpcnb down 'my data\/session.yaml'`: /);
    expect(answerTo("restart rnaseq").hint).to.equal("Run `hpcnb down rnaseq`, and then `hpcnb up rnaseq`.");
    expect(answerTo("--json status a").hint).to.equal("Write `hpcnb status a --json`.");
  });

  it("is never a command of the table", () => {
    for (const name of names) expect(answerTo(`${name}x`).message, name).to.include(`did you mean ${name}?`);
  });
});

describe("words that a command does not take", () => {
  const of = (name: string, ...words: string[]) => {
    const command = commands.find((one) => nameOf(one) === name);
    if (!command) throw new Error(name);
    return badArguments(command, words, "Unknown argument: x").message;
  };

  it("lead to the option that was meant, or to all of them", () => {
    expect(of("status", "--jsn")).to.equal("status has no option --jsn; did you mean --json?");
    expect(of("up", "--timeot=3m", "a")).to.equal("up has no option --timeot; did you mean --timeout?");
    expect(of("up", "--dryrun")).to.equal("up has no option --dryrun; did you mean --dry-run?");
    expect(of("list", "--everything")).to.match(/^list has no option --everything\. Its options are --json, /);
  });

  it("are told when they are too many", () => {
    expect(of("status", "a", "b", "--json")).to.equal('There are more words than status takes: "b".');
  });
});

describe("the overview", () => {
  it("has every command once, and fits in the columns", () => {
    for (const columns of [60, 80, 100]) {
      const text = overview(commands, columns);
      for (const name of names) expect(text.match(new RegExp(`^  ${name}  `, "gm")), name).to.have.length(1);
      expect(Math.max(...text.split("\n").map((line) => line.length))).to.be.at.most(columns);
    }
  });
});
