import { definePlugin, type JobStatus, readinessPlugins, type Scheduler } from "@hpcnb/core";
import { readSessionText, type Session } from "@hpcnb/core/session-file";
import { createLocalHost } from "@hpcnb/host";
import { expect } from "chai";
import { createClient } from "../src/client.js";

/** A plugin whose schedulers count how often they are asked. */
function countingPlugin() {
  const made: unknown[] = [];
  let asked = 0;
  const status = async (): Promise<JobStatus[]> => {
    asked += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return [];
  };
  const plugin = definePlugin({
    apiVersion: 1,
    name: "counting",
    scheduler: {
      optionsSchema: { type: "object", properties: { cell: { type: "string" } }, additionalProperties: false },
      create: ({ options }) => {
        made.push(options);
        return { status, runsOnHost: false } as unknown as Scheduler;
      },
    },
  });
  return { plugin, made, asked: () => asked };
}

async function sessionNamed(name: string): Promise<Session> {
  const { session } = await readSessionText(`name: ${name}\nhost: login\nnotebook: { directory: /d }\n`, "/s.yaml");
  if (!session) throw new Error("The session file is not valid");
  return session;
}

describe("a client", () => {
  const silent = () => {};
  const [probe] = readinessPlugins;
  const client = () => createClient({ hostOf: () => createLocalHost(), note: silent, warn: silent });
  const openOn = (opened: ReturnType<typeof client>, scheduler: ReturnType<typeof countingPlugin>["plugin"]) =>
    Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        if (!probe) throw new Error("core has no probe");
        const session = await sessionNamed(`s${index}`);
        return opened.open({ session, plugins: { scheduler, readiness: probe, tunnels: [] } });
      }),
    );

  it("has one scheduler and one question for all sessions of a site", async () => {
    const { plugin, made, asked } = countingPlugin();
    const contexts = await openOn(client(), plugin);
    await Promise.all(contexts.map(({ scheduler }) => scheduler.status()));
    expect(made).to.have.length(1);
    expect(asked()).to.equal(1);
  });

  it("starts nothing that it knows by its record alone", async () => {
    const [context] = await openOn(client(), countingPlugin().plugin);
    expect(() => context?.expectStartable?.()).to.throw("needs its session file");
  });

  it("makes the scheduler that a record asks for of the same plugin, and of options that it takes", async () => {
    const { plugin, made } = countingPlugin();
    const [context] = await openOn(client(), plugin);
    await context?.schedulerFor({ cell: "b" });
    expect(made).to.deep.equal([{}, { cell: "b" }]);
    const error = await context?.schedulerFor({ program: "/bin/evil" }).catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_STATE_UNREADABLE" });
    expect(made).to.have.length(2);
  });
});
