import {
  definePlugin,
  HpcnbError,
  readinessPlugins,
  type Scheduler,
  type SchedulerContext,
  systemClock,
} from "@hpcnb/core";
import { readSessionText } from "@hpcnb/core/session-file";
import { expect } from "chai";
import { processClient } from "../src/container.js";
import { log } from "../src/printing/verbose.js";

describe("the container", () => {
  async function openWith(create: (context: SchedulerContext) => Scheduler) {
    const scheduler = definePlugin({ apiVersion: 1, name: "any", scheduler: { create } });
    const { session } = await readSessionText("name: a\nnotebook: { directory: /d }\n", "/s.yaml");
    const [readiness] = readinessPlugins;
    if (!session || !readiness) throw new Error("The session file is not valid");
    return (await processClient()).open({ session, plugins: { scheduler, readiness, tunnels: [] } });
  }

  it("gives a plugin's factory the process's clock and log, the site's host, and its options", async () => {
    let got: SchedulerContext | undefined;
    const made = { runsOnHost: false, status: async () => [] } as unknown as Scheduler;
    const context = await openWith((given) => {
      got = given;
      return made;
    });
    expect(got?.clock).to.equal(systemClock);
    expect(got?.log).to.equal(log);
    expect(got?.host).to.equal(context.host);
    expect(got?.options).to.deep.equal({});
  });

  it("passes on a factory's error as it is", async () => {
    const problem = new HpcnbError("HPCNB_BAD_ARGUMENTS", "no");
    const error = await openWith(() => {
      throw problem;
    }).catch((reason) => reason);
    expect(error).to.equal(problem);
  });
});
