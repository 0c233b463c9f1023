import { expect } from "chai";
import type { Host, RunOptions } from "../../src/index.js";
import { createWaitUntil, recordingHost, SimulatedClock } from "../../src/testing/index.js";

describe("createWaitUntil", () => {
  it("ends as soon as the fact is true", async () => {
    const clock = new SimulatedClock();
    const waitUntil = createWaitUntil({ clock, limitMs: 60_000, pauseMs: 1_000 });
    await clock.run(
      waitUntil(
        async () => clock.now() >= 5_000,
        () => "five seconds",
      ),
    );
    expect(clock.now()).to.equal(5_000);
  });

  it("fails at its limit with what was awaited, as it is then", async () => {
    const clock = new SimulatedClock();
    const waitUntil = createWaitUntil({ clock, limitMs: 60_000, pauseMs: 1_000 });
    let asked = 0;
    const waiting = waitUntil(
      async () => {
        asked += 1;
        return false;
      },
      () => `a miracle; asked ${asked} times`,
    );
    const error = await clock.run(waiting).catch((failure: Error) => failure);
    expect(error).to.include({
      code: "HPCNB_TIMEOUT",
      message: "Waited 60 s without success for a miracle; asked 61 times.",
    });
  });
});

describe("recordingHost", () => {
  it("does what its host does, and keeps the words and the text of the last command", async () => {
    const ran: [readonly string[], RunOptions | undefined][] = [];
    const host = {
      name: "submit node",
      run: async (argv: readonly string[], options?: RunOptions) => {
        ran.push([argv, options]);
        return { argv, exitCode: 0, stdout: "17\n", stderr: "" };
      },
    } as Host;
    const recording = recordingHost(host);
    expect(recording.sent()).to.deep.equal([]);
    await recording.run(["astat"]);
    const result = await recording.run(["asub", "-N", "a name"], { stdin: "#!/bin/sh\n" });
    expect(result.stdout).to.equal("17\n");
    expect(recording.sent()).to.deep.equal(["asub", "-N", "a name", "#!/bin/sh\n"]);
    expect(ran.at(-1)).to.deep.equal([["asub", "-N", "a name"], { stdin: "#!/bin/sh\n" }]);
    expect(recording.name).to.equal("submit node");
  });
});
