import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { hpcnb } from "./support/cli.js";

const hash = "argon2:$argon2id$v=19$m=10240,t=10,p=8$c2FsdA$aGFzaA";

describe("a site, as commands show it", () => {
  let folder: string;
  let sites: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-sites-"));
    sites = join(folder, "config", "hpcnb", "sites");
    mkdirSync(sites, { recursive: true });
    const site = "storage: { timeout: 1m }\nmost: { engines: 2 }\nhelp: Ask Ann\ncluster: { restarts: 1 }\n";
    writeFileSync(join(sites, "here.yaml"), site);
    describeSession("engines: 2");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const describeSession = (cluster: string) =>
    writeFileSync(
      join(folder, "session.yaml"),
      `notebook: { directory: ., password: "${hash}" }\ncluster: { ${cluster} }\n`,
    );
  const run = (...args: string[]) =>
    hpcnb(args, {
      cwd: folder,
      env: { XDG_CONFIG_HOME: join(folder, "config"), XDG_STATE_HOME: join(folder, "state") },
    });
  const siteFile = () => join(sites, "here.yaml");

  it("is explained value by value, each with its line", async () => {
    const { exitCode, stdout, stderr } = await run("validate", "--explain");
    expect(exitCode, stderr).to.equal(0);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    const ofSite = (line: number) => `${siteFile()}:${line}`;
    for (const row of [
      ["notebook.directory", ".", "session.yaml:1"],
      ["notebook.password", "***", "session.yaml:1"],
      ["notebook.app", "lab", "default"],
      ["cluster.engines", "2", "session.yaml:2"],
      ["cluster.restarts", "1", ofSite(4)],
      ["storage.readiness", "probe", "default"],
      ["storage.timeout", "1m", ofSite(1)],
      ["tunnel.kind", "auto", "default"],
      ["most.engines", "2", ofSite(2)],
      ["help", "Ask Ann", ofSite(3)],
    ])
      expect(rows).to.deep.include(row);
    expect(stderr).to.include(`Site here: ${siteFile()}. Help: Ask Ann`);
  });

  it("is explained to programs, too, without the password's hash", async () => {
    const { stdout } = await run("validate", "--explain", "--json");
    const { values, site } = JSON.parse(stdout);
    expect(site).to.deep.include({ name: "here", help: "Ask Ann" });
    const place = { file: siteFile(), line: 1, column: 21 };
    expect(values).to.deep.include({ key: "storage.timeout", value: "1m", place });
    expect(values).to.deep.include({ key: "tunnel.kind", value: "auto" });
    expect(stdout).not.to.include("argon2");
    expect(JSON.parse((await run("validate", "--json")).stdout)).not.to.have.property("values");
  });

  it("is told with its limits by everything that would start jobs, and whom to ask", async () => {
    describeSession("engines: 3");
    for (const command of [["validate"], ["up", "--dry-run"], ["up"]]) {
      const { exitCode, stdout, stderr } = await run(...command, "--json");
      expect(exitCode, stderr).to.equal(2);
      const message = `cluster.engines must be at most 2 at the site here (${siteFile()}:2:18), but is the number 3`;
      const { help, problems } = JSON.parse(stdout);
      expect(help).to.equal("Ask Ann");
      expect(problems).to.deep.equal([{ file: "session.yaml", line: 2, column: 21, message }]);
    }
  });

  it("is named by doctor, and has a schema for editors", async () => {
    const { checks } = JSON.parse((await run("doctor", "--json")).stdout);
    expect(checks.find(({ name }: { name: string }) => name === "file").text).to.match(/is valid, with the site here$/);
    const { stdout } = await run("schema", "--site");
    expect(JSON.parse(stdout).properties).to.have.any.keys("most").and.not.have.any.keys("name");
  });

  it("cannot steer a terminal", async () => {
    writeFileSync(siteFile(), 'help: "a\\e[31mb"\n"x\\e[31m": 1\n');
    const { stdout, stderr } = await run("validate", "--json");
    expect(stdout + stderr).not.to.include("\u001b");
    expect(JSON.parse(stdout)).not.to.have.property("help");
  });
});
