import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { createProject, type Project } from "./support/project.js";

describe("hpcnb doctor", () => {
  let project: Project;

  before(function () {
    const created = createProject("doctor");
    if (!created) {
      this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    }
    project = created;
  });
  after(() => project?.remove());

  const hidden = () => readdirSync(join(project.directory, ".hpcnb")).filter((name) => name.startsWith("doctor"));

  it("finds that a session could come up, by a job too, and leaves nothing", async () => {
    const { stdout } = await project.ok("doctor", "--job", "--json");
    const { ready, name, checks } = JSON.parse(stdout);
    expect({ ready, name }).to.deep.equal({ ready: true, name: "quickstart" });
    const names = checks.map((check: { name: string }) => check.name);
    const expected = ["machine", "file", "folder", "space", "storage", "locks", "python", "scheduler", "jobs", "job"];
    expect(names).to.deep.equal([...expected, "tunnel", "port", "browser"]);
    expect(hidden()).to.deep.equal([]);
  });

  it("says for people what it has seen, with marks and times", async () => {
    const { stdout, stderr } = await project.ok("doctor");
    expect(stdout).to.match(/^. python +\d+\.\ds {2}Python 3/m);
    expect(stderr).to.include("A session could come up");
  });

  it("says what is broken, and exits with 1", async () => {
    const file = join(project.directory, "broken.yaml");
    const notebook = "{ directory: ., environment: { setup: exit 3 } }";
    writeFileSync(file, `name: broken\nscheduler: local\nnotebook: ${notebook}\ntunnel: { localPort: 1 }\n`);
    const { exitCode, stdout, stderr } = await project.run("doctor", file, "--json");
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("A session could not come up: python");
    const { ready, checks } = JSON.parse(stdout);
    expect(ready).to.equal(false);
    const python = checks.find((check: { name: string }) => check.name === "python");
    expect(python).to.include({ state: "failed", code: "HPCNB_ENVIRONMENT" });
    expect(python.hint).to.include("notebook.environment");
  });

  it("looks at this machine where there is no session file, and says how to get one", async () => {
    const { exitCode, stdout } = await project.run("doctor", join(project.folder, "none.yaml"), "--json");
    expect(exitCode).to.equal(1);
    const { checks } = JSON.parse(stdout);
    const states = checks.map((check: { name: string; state: string }) => `${check.name} ${check.state}`);
    expect(states.slice(0, 3)).to.deep.equal(["machine ok", "file failed", "port ok"]);
  });
});
