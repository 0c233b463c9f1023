import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { processesMentioning } from "./support/leftovers.js";
import { createProject, type Project } from "./support/project.js";

const adapter = fileURLToPath(new URL("../packages/cli/dist/adapter-local.cjs", import.meta.url));

/** Whatever an administrator does to the file of a site, what runs there is not out of reach. */
describe("a session whose site has changed since it was started", function () {
  this.timeout(300_000);
  let project: Project;
  let sites: string;

  const describeSite = (text: string, name = "here") => writeFileSync(join(sites, `${name}.yaml`), text);
  const started = (scheduler: string) => `scheduler: ${scheduler}
notebook: { environment: { venv: .venv } }
most: { engines: 2 }
help: Ask Ann
`;
  const status = async () => {
    const { stdout, stderr } = await project.ok("status", "--json");
    expect(JSON.parse(stdout)).to.include({ phase: "up" });
    return stderr;
  };

  beforeEach(function () {
    const created = createProject("changed site");
    if (!created) this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    project = created;
    sites = join(project.folder, "config", "hpcnb", "sites");
    mkdirSync(sites, { recursive: true });
    const file = "notebook: { directory: . }\ncluster: { engines: 2 }\n";
    writeFileSync(join(project.directory, "session.yaml"), file);
  });
  afterEach(() => project?.remove());

  it("is looked at, connected to and taken down as it was started, and says why", async () => {
    describeSite(started("local"));
    const { stdout: url } = await project.ok("up");
    expect(JSON.parse((await project.ok("status", "--json")).stdout)).to.include({ phase: "up", site: "here" });

    describeSite(started("local").replace("engines: 2", "engines: 1"));
    expect((await project.ok("up")).stdout, "it runs: no limit keeps anybody from it").to.equal(url);
    const { exitCode, stderr } = await project.run("scale", "3");
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(/at most 1 engines at the site here \(\/\S*here\.yaml:3:18\), and 3 are asked for/);
    expect(stderr).to.include("help: Ask Ann");

    describeSite("scheduler: [\n");
    expect(await status()).to.match(/^Warning: .* as it was started, .*:\n\S*here\.yaml:2:1 {2}not valid YAML/m);
    await project.ok("disconnect");
    expect((await project.ok("connect")).stdout).to.equal(url);
    expect((await project.run("up")).exitCode).to.equal(2);

    describeSite(started("mock"));
    expect(await status()).to.include(
      "It was started with the scheduler local on this machine. Now it would be the scheduler mock on this machine.",
    );
    describeSite(started("local"), "there");
    expect(await status()).to.include("more than one site fits");
    for (const name of ["here", "there"]) rmSync(join(sites, `${name}.yaml`));
    expect(await status()).not.to.include("Warning");

    describeSite("nonsense: 1\n");
    expect((await project.ok("list")).stdout).to.match(/^changed-site +up/m);
    expect(JSON.parse((await project.ok("down", "--json")).stdout)).to.include({ phase: "ended", cancelled: 3 });
    expect(processesMentioning(project.folder)).to.deep.equal([]);
    const { exitCode: afterwards } = await project.run("status");
    expect(afterwards, "nothing runs: the files count again").to.equal(2);
  });

  it("is taken down by the plugin that started it, if that is still there", async () => {
    writeFileSync(
      join(sites, "mine.mjs"),
      `import local from ${JSON.stringify(adapter)};\nexport default local.default ?? local;\n`,
    );
    describeSite(started("./mine.mjs"));
    await project.ok("up");
    describeSite(started("mock"));
    const { stdout } = await project.ok("down", "--json");
    expect(JSON.parse(stdout)).to.include({ phase: "ended", cancelled: 3 });
    expect(processesMentioning(project.folder)).to.deep.equal([]);
  });
});
