import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { processesMentioning } from "./support/leftovers.js";
import { createProject, type Project } from "./support/project.js";

/** With another spool, the local scheduler knows none of the jobs that were submitted before. */
describe("a session whose scheduler options have changed since it was started", function () {
  this.timeout(300_000);
  let project: Project;

  const setSpool = (name: string) => {
    const file = join(project.directory, "session.yaml");
    const scheduler = `scheduler: { plugin: local, options: { spool: ${join(project.folder, name)} } }`;
    writeFileSync(file, readFileSync(file, "utf8").replace(/^scheduler:.*$/m, scheduler));
  };

  before(function () {
    const created = createProject("changed options");
    if (!created) this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    project = created;
  });
  after(() => project?.remove());

  it("is looked at, connected to and taken down as it was started, with a note", async () => {
    setSpool("one");
    const { stdout: url } = await project.ok("up");
    setSpool("other");
    const { stdout, stderr } = await project.ok("status", "--json");
    expect(JSON.parse(stdout)).to.include({ phase: "up" });
    expect(stderr).to.match(/^Note: .*one.*other.* apply when it is started again\.$/m);
    await project.ok("disconnect");
    expect((await project.ok("connect")).stdout).to.equal(url);
    expect(JSON.parse((await project.ok("down", "--json")).stdout)).to.include({ phase: "ended", cancelled: 3 });
    expect(processesMentioning(project.folder)).to.deep.equal([]);
  });
});
