import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { processesMentioning, socketsMentioning } from "./support/leftovers.js";
import { createProject, type Project } from "./support/project.js";

/** Milliseconds within which what was killed is cleared away. */
const patience = 60_000;

/** Everything that a session has on this machine, by what it is started as. */
const victims = {
  keeper: /keeper\.js$/,
  notebook: /hpcnb-notebook$/,
  controller: /hpcnb-controller$/,
  engines: /hpcnb-engine /,
  supervisors: /hpcnb-local-job|local scheduler/,
};

describe("what a session leaves behind, on this machine", function () {
  this.timeout(300_000);
  let project: Project;

  before(function () {
    if (process.platform !== "linux") this.skip(); // it looks into /proc
    const created = createProject("left");
    if (!created) this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    project = created;
    // Jobs make their private directories there, so that they can be told from those of others.
    mkdirSync(join(project.folder, "tmp"));
    project.env.TMPDIR = join(project.folder, "tmp");
  });

  after(() => project?.remove());

  const pidsOf = (pattern: RegExp) =>
    processesMentioning(project.folder)
      .filter((line) => pattern.test(line))
      .map((line) => Number(line.split(" ")[0]));
  const kill = (pattern: RegExp) => {
    const pids = pidsOf(pattern);
    expect(pids, String(pattern)).not.to.deep.equal([]);
    for (const pid of pids) process.kill(pid, "SIGKILL");
  };

  async function expectNothingLeft(): Promise<void> {
    const left = () => [
      ...processesMentioning(project.folder),
      ...socketsMentioning(project.folder),
      ...filesBelow(join(project.folder, "tmp")),
      ...filesBelow(join(project.folder, "run", "hpcnb")),
    ];
    for (const deadline = performance.now() + patience; left().length > 0 && performance.now() < deadline; )
      await sleep(200);
    expect(left()).to.deep.equal([]);
  }

  it("is nothing after `down`", async () => {
    await project.ok("up");
    for (const pattern of Object.values(victims)) expect(pidsOf(pattern), String(pattern)).not.to.deep.equal([]);
    await project.ok("down");
    await expectNothingLeft();
  });

  for (const [victim, pattern] of Object.entries(victims)) {
    it(`is nothing after SIGKILL of its ${victim} and \`down\``, async () => {
      await project.ok("up");
      kill(pattern);
      await project.ok("down");
      await expectNothingLeft();
    });
  }

  it("is nothing after SIGKILL of all processes at once, `down`, and another session on the host", async () => {
    await project.ok("up");
    for (const line of processesMentioning(project.folder)) {
      try {
        process.kill(Number(line.split(" ")[0]), "SIGKILL");
      } catch (error) {
        // It ended with another one.
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
    await project.ok("down");
    // What would have cleared up was killed too: the next job on this host does it.
    await project.ok("up");
    await project.ok("down");
    await expectNothingLeft();
  });

  it("is nothing after `down` in a folder that was moved while the session ran", async () => {
    await project.ok("up");
    const moved = `${project.directory}-moved`;
    renameSync(project.directory, moved);
    try {
      const { exitCode, stderr } = await project.runIn(moved, "down");
      expect(exitCode, stderr).to.equal(0);
    } finally {
      renameSync(moved, project.directory);
    }
    await expectNothingLeft();
  });
});

function filesBelow(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory, { recursive: true }).map(String) : [];
}
