import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalHost } from "@hpcnb/host";
import { expect } from "chai";
import { tellingSlowAnswers } from "../src/slow-answers.js";

describe("an answer that takes long", function () {
  this.timeout("2m");
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-slow-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("is told to a person while it is waited for, once", async () => {
    const said: string[] = [];
    const notify = (text: string) => {
      said.push(text);
      writeFileSync(join(folder, "told"), "");
    };
    const host = createLocalHost({ notify, slowMs: 1 });
    const untilTold = ["sh", "-c", 'until [ -e "$1" ]; do sleep 0.02; done', "sh", join(folder, "told")];
    await host.run(untilTold, { answerer: "Slurm" });
    await host.run(["sleep", "0.2"], { answerer: "Slurm" });
    expect(said).to.deep.equal(["Slurm on this machine takes long to answer; hpcnb waits for it."]);
  });

  it("is told of no command that nobody's answer comes from, and of none that is over", async () => {
    const said: string[] = [];
    const notify = (text: string) => said.push(text);
    const awaitAnswer = tellingSlowAnswers("login", { notify, slowMs: 1 });
    awaitAnswer("Slurm")();
    awaitAnswer(undefined);
    await createLocalHost({ notify, slowMs: 1 }).run(["sleep", "0.2"]);
    expect(said).to.deep.equal([]);
  });
});
