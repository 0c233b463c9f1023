import { cpSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeRecord, encodeRecord } from "@hpcnb/core";
import { expect } from "chai";
import { hpcnb } from "./support/cli.js";
import { processesMentioning } from "./support/leftovers.js";
import { createProject, type Project } from "./support/project.js";

/** A real session on this machine whose record is lost, or whose folder is copied while it runs. */
describe("a session whose folder changes under it", () => {
  let project: Project;

  beforeEach(async function () {
    const created = createProject("changes");
    if (!created) {
      this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    }
    project = created;
    await project.ok("up");
  });
  afterEach(() => project?.remove());

  const phase = async (file = "session.yaml") => JSON.parse((await project.ok("status", file, "--json")).stdout).phase;

  it("is lost, not forgotten, when its record is damaged or all of .hpcnb is removed, and down ends it", async () => {
    truncateSync(join(project.directory, ".hpcnb", "session.json"), 300);
    expect(await phase()).to.equal("lost");
    expect((await project.ok("down")).stderr).to.match(
      /session\.json on this machine is damaged: .*\n.* is down: 3 jobs ended/,
    );
    expect((await project.run("logs")).stderr).to.match(/its record is gone. Its logs are below \S+\.hpcnb\/runs/);
    await project.ok("up");
    rmSync(join(project.directory, ".hpcnb"), { recursive: true });
    expect(await phase()).to.equal("lost");
    expect((await project.run("up")).stderr).to.match(/hpcnb down\b[^`]*` ends them/);
    expect((await project.ok("down")).stderr).to.match(/is down: 3 jobs ended/);
    expect(processesMentioning(project.folder)).to.deep.equal([]);
    expect((await project.ok("down")).stderr).to.include("does not run: nothing to do");
  });

  it("is ended, and tells how, when its notebook was started by a version with other records", async () => {
    const runs = join(project.directory, ".hpcnb", "runs");
    const [run = ""] = readdirSync(runs);
    const path = join(runs, run, "notebook.record");
    const { storageSeconds, ...record } = decodeRecord(readFileSync(path, "utf8"), run) ?? expect.fail("no record");
    writeFileSync(path, encodeRecord({ ...record, run, storage_seconds: storageSeconds }));
    const { stdout } = await project.ok("status");
    expect(stdout).to.match(
      /Another version of hpcnb started the session's notebook, .*storageSeconds.*\n.*`hpcnb down` ends/,
    );
    expect((await project.ok("down")).stderr).to.match(/is down: 3 jobs ended/);
    expect(processesMentioning(project.folder)).to.deep.equal([]);
  });

  it("is not its copy's, and is found where the folder is moved to", async () => {
    const copy = join(project.folder, "copy");
    cpSync(project.directory, copy, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith("/lock"),
    });
    const file = join(copy, "session.yaml");
    expect(await phase(file)).to.equal("absent");
    expect((await project.ok("down", file)).stderr).to.include(`is a copy of ${project.directory}`);
    expect(await phase()).to.equal("up");
    const moved = join(project.folder, "moved");
    renameSync(project.directory, moved);
    try {
      const options = { env: project.env, cwd: moved };
      const { stdout, stderr } = await hpcnb(["status", "--json"], options);
      expect(JSON.parse(stdout || "{}").phase, stderr).to.be.oneOf(["up", "connecting"]);
    } finally {
      renameSync(moved, project.directory);
    }
    expect(await phase()).to.equal("up");
  });
});
