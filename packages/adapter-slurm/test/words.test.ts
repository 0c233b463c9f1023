import { readFileSync } from "node:fs";
import { expect } from "chai";
import { standingOf } from "../src/states.js";

/** All words that Slurm's own code has, whatever its version: fixtures/words.txt has the source. */
describe("Slurm's words", () => {
  const blocks = readFileSync(new URL("fixtures/words.txt", import.meta.url), "utf8").split(/^(?=### \w+(?: \w+)?\n)/m);
  const wordsOf = (title: string) => {
    const [, ...lines] = blocks.find((block) => block.startsWith(`### ${title}\n`))?.split("\n") ?? [];
    const words = lines.filter((line) => !line.startsWith("###")).flatMap((line) => line.split(" ").filter(Boolean));
    expect(words, title).not.to.deep.equal([]);
    return words;
  };
  const reasonsThatAre = (state: string) =>
    wordsOf("reasons").filter((word) => standingOf("PENDING", word).state === state);

  it("for states are all known, but for those that squeue does not print", () => {
    for (const word of wordsOf("states")) expect(standingOf(word, "None").state, word).not.to.equal("unknown");
    for (const word of wordsOf("other states")) expect(standingOf(word, "None").state, word).to.equal("unknown");
  });

  it("for reasons let a job wait, unless only a person can help it", () => {
    expect(reasonsThatAre("held")).to.have.members(["JobHeldAdmin", "JobHeldUser"]);
    const hopeless = reasonsThatAre("error");
    const limitsOfOneJob = hopeless.filter((word) => /Per(Job|Node)|^QOSMin|^MaxMemPerLimit$/.test(word));
    expect(hopeless.filter((word) => !limitsOfOneJob.includes(word))).to.have.members([
      ...["InvalidAccount", "InvalidQOS", "QOSNotAllowed", "AccountNotAllowed"],
      ...["DependencyNeverSatisfied", "JobHoldMaxRequeue"],
    ]);
    expect(limitsOfOneJob.filter((word) => /Grp|User|Account/.test(word))).to.deep.equal([]);
    expect([...reasonsThatAre("queued"), ...reasonsThatAre("held"), ...hopeless]).to.have.members(wordsOf("reasons"));
  });

  it("for limits are told in words", () => {
    for (const word of wordsOf("reasons").filter((reason) => /QOS|Assoc|Account(?!ingPolicy)/.test(reason)))
      expect(standingOf("PENDING", word).reason, word)
        .to.match(/account|QOS/)
        .and.to.include(`(${word})`);
  });
});
