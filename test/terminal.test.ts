import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { hpcnb } from "./support/cli.js";
import { atOwnTerminal } from "./support/own-terminal.js";

const reason =
  "cannot run at host node1 because it offers only hc:slots=0.000000\\n解析.q is full, and long.q is disabled";

/** A scheduler whose jobs never start. */
const scheduler = `const jobs = [];
export default {
  apiVersion: 1,
  name: "queue",
  scheduler: {
    create: () => ({
      runsOnHost: false,
      taskVariable: "TASK",
      nameOf: (name) => name,
      submit: async ({ name }) => {
        jobs.push({ id: String(jobs.length + 1), name, state: "queued", native: "qw", reason: "${reason}" });
        return String(jobs.length);
      },
      status: async () => jobs,
      explain: async () => undefined,
      cancel: async () => {},
      history: async () => undefined,
      render: () => "",
    }),
  },
};
`;

describe("a command at a terminal", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-terminal-"));
    env = { HOME: folder, XDG_STATE_HOME: join(folder, "state") };
    writeFileSync(join(folder, "queue.mjs"), scheduler);
    writeFileSync(join(folder, "session.yaml"), "name: s\nscheduler: ./queue.mjs\nnotebook: { directory: . }\n");
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const columns of [40, 80]) {
    it(`shows the whole reason why a job waits in ${columns} columns, and that Ctrl-C leaves it there`, async () => {
      const terminal = await atOwnTerminal(["up", "--trust"], { columns, cwd: folder, env });
      await terminal.until(() => lastFrame(terminal.sent()).includes("disabled"));
      const frame = lastFrame(terminal.sent()).replaceAll(/\s+/g, "");
      expect(frame).to.include(reason.replace("\\n", ";").replaceAll(" ", ""));
      expect(frame).to.include("Ctrl-Cleavesitinthequeue;`hpcnbups`comesbacktoit.");
      terminal.type("\u0003");
      expect(await terminal.end()).to.equal(130);
      expect(terminal.sent()).to.include("the submitted jobs go on").and.to.include("`hpcnb up s` comes back to them");
      expect(stripVTControlCharacters(terminal.sent())).to.match(/✓ jobs {7} *\d+\.\ds {2}notebook 1\n/);
    });
  }

  it("takes a new width at once", async () => {
    const terminal = await atOwnTerminal(["up", "--trust"], { columns: 110, cwd: folder, env });
    await terminal.until(() => lastFrame(terminal.sent()).includes("disabled"));
    const widest = () =>
      Math.max(
        ...lastFrame(terminal.sent())
          .split("\n")
          .map((line) => line.length),
      );
    expect(widest()).to.be.above(60);
    await terminal.resize(50);
    await terminal.until(() => widest() <= 50);
    terminal.type("\u0003");
    await terminal.end();
  });

  it("has no colour with NO_COLOR, and moves nothing on a dumb terminal or in CI", async () => {
    for (const [more, unwanted] of [
      [{ NO_COLOR: "1" }, "\u001b[3"],
      [{ TERM: "dumb" }, "\u001b[1A"],
      [{ CI: "true" }, "\u001b[1A"],
    ] as const) {
      const terminal = await atOwnTerminal(["up", "--trust"], { columns: 80, cwd: folder, env: { ...env, ...more } });
      await terminal.until("comes back");
      terminal.type("\u0003");
      await terminal.end();
      expect(terminal.sent()).not.to.include(unwanted);
    }
  });

  describe("before a host that gives no answer", () => {
    beforeEach(() => {
      mkdirSync(join(folder, "bin"));
      writeFileSync(join(folder, "bin", "ssh"), "#!/bin/sh\nexec sleep 600\n");
      chmodSync(join(folder, "bin", "ssh"), 0o700);
      env.PATH = `${join(folder, "bin")}:${process.env.PATH}`;
      const file = "name: s\nhost: login\nscheduler: sge\nnotebook: { directory: ~/s }\ncluster: { engines: 1 }\n";
      writeFileSync(join(folder, "session.yaml"), file);
      const list = join(folder, "state", "hpcnb", "sessions");
      mkdirSync(list, { recursive: true });
      const known = { name: "s", file: join(folder, "session.yaml"), host: "login" };
      writeFileSync(join(list, "0123456789abcdef.json"), JSON.stringify(known));
    });

    for (const [words, said] of [
      [["up"], "s on login: looking for it"],
      [["up", "--dry-run"], "s on login: looking at what would be submitted"],
      [["connect"], "s on login: looking for it"],
      [["connect", "login:/home/alice/s"], "login:/home/alice/s: looking for it"],
      [["status"], "s on login: looking for it"],
      [["logs"], "s on login: looking for it"],
      [["scale", "2"], "s on login: looking for its engines"],
      [["down"], "s on login: looking for its jobs"],
      [["list"], "looking at 1 session on login"],
    ] as const) {
      it(`speaks first: ${words.join(" ")}`, async () => {
        const terminal = await atOwnTerminal(words, { columns: 80, cwd: folder, env });
        await terminal.until(said);
        terminal.type("\u0003");
        await terminal.end();
      });
    }
  });

  it("is quiet in a pipe unless it takes its time", async () => {
    const { stderr } = await hpcnb(["status", "--trust"], { cwd: folder, env });
    expect(stderr).to.equal("");
  });
});

/** What was drawn last of what is waited for. */
function lastFrame(sent: string): string {
  const frames = sent.split("\r\u001b[2K").map(stripVTControlCharacters);
  return frames.findLast((frame) => /to\s+it\.\n$/.test(frame)) ?? "";
}
