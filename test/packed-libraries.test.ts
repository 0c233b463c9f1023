import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { root, runCommand } from "./repository/repository.js";
import { createProject, type Project } from "./support/project.js";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

describe("The packages for authors of plugins", function () {
  this.timeout(600_000);
  let work: string;
  let tarballs: string[];

  before(async () => {
    work = await mkdtemp(join(tmpdir(), "hpcnb-packed-"));
    const pack =
      'import { packLibraries } from "./scripts/lib/pack-libraries.mjs"; await packLibraries(process.argv[1]);';
    await run(root, [process.execPath, "--input-type=module", "--eval", pack, join(work, "packages")]);
    tarballs = (await readdir(join(work, "packages"))).map((name) => join(work, "packages", name));
  });

  after(() => rm(work, { recursive: true }));

  async function run(cwd: string, [program = "", ...args]: readonly string[]): Promise<string> {
    const { exitCode, output } = await runCommand(cwd, program, args);
    expect(exitCode, output).to.equal(0);
    return output;
  }

  async function emptyFolder(name: string): Promise<string> {
    const folder = await mkdtemp(join(work, name));
    await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    return folder;
  }

  async function doorsIn(folder: string): Promise<string[]> {
    const names = await readdir(join(folder, "node_modules/@hpcnb"));
    const manifests = await Promise.all(
      names.map(
        async (name): Promise<Manifest> =>
          JSON.parse(await readFile(join(folder, "node_modules/@hpcnb", name, "package.json"), "utf8")),
      ),
    );
    const doors = manifests.flatMap(({ name, exports }) => Object.keys(exports).map((door) => join(name, door)));
    // These two are programs, not libraries.
    return doors.filter((door) => !["@hpcnb/client/keeper-main", "@hpcnb/client/import-guard"].includes(door));
  }

  it("hold no program and no declaration to which no door leads", async () => {
    const files = (await run(work, ["tar", "--list", "--file", tarballOf("core")])).split("\n");
    expect(files).to.include.members(["package/dist/tunnel.d.ts", "package/dist/testing/index.js"]);
    expect(files).not.to.include.members(["package/dist/session/settle.d.ts"]);
    expect(files).not.to.include.members(["package/dist/session-file/build.js"]);
  });

  it("hold programs, types and documents, and nothing of a build or of this clone", async () => {
    for (const tarball of tarballs) {
      const files = (await run(work, ["tar", "--list", "--file", tarball])).trim().split("\n");
      expect(files).to.include.members(["package/README.md", "package/LICENSE", "package/dist/index.d.ts"]);
      expect(files.filter((file) => !/(\.js|\.cjs|\.d\.ts|\.py|\.json|\.md|\/LICENSE)$/.test(file))).to.deep.equal([]);
      expect(files.filter((file) => /^package\/(src|test)\//.test(file))).to.deep.equal([]);
      const manifest = await run(work, ["tar", "--extract", "--to-stdout", "--file", tarball, "package/package.json"]);
      expect(manifest).not.to.match(/workspace:|catalog:|@hpcnb\/source|devDependencies/);
    }
  });

  it("install with npm, all together, and their types hold without the clone", async () => {
    const folder = await emptyFolder("npm");
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    await run(folder, ["npm", "install", "--no-audit", "--no-fund", ...tarballs, `@types/node@${await typesOfNode()}`]);
    const doors = await doorsIn(folder);
    expect(doors).to.include.members(["@hpcnb/core/testing", "@hpcnb/client", "@hpcnb/testbed"]);
    await writeFile(
      join(folder, "all.ts"),
      doors.map((door, index) => `export * as door${index} from "${door}";\n`).join(""),
    );
    const settings = [
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--strict",
      "--skipLibCheck",
      "false",
      "--types",
      "node",
    ];
    await run(folder, [process.execPath, compiler, ...settings, "all.ts"]);
    await run(folder, [process.execPath, "all.js"]);
  });

  /** An example as an outsider has it: in its own folder, with packages from the tarballs. */
  async function buildExample(name: string, ...needed: string[]): Promise<string> {
    const folder = join(work, name);
    const filter = (path: string) => !/\/(node_modules|dist)$/.test(path);
    await cp(join(root, "examples", name), folder, { recursive: true, filter });
    await run(folder, ["npm", "install", "--no-audit", "--no-fund", "--save-dev", ...needed.map(tarballOf)]);
    await run(folder, ["npm", "run", "build"]);
    return folder;
  }

  function tarballOf(name: string): string {
    return tarballs.find((tarball) => tarball.includes(`/hpcnb-${name}-`)) ?? expect.fail(`no package ${name}`);
  }

  async function expectConformance(folder: string, least: number): Promise<void> {
    const output = await run(folder, ["npm", "test"]);
    expect(Number(/(\d+) passing/.exec(output)?.[1])).to.be.at.least(least);
    expect(output).not.to.include("failing");
  }

  /** A project with the packed example beside its session file. */
  async function projectWith(folder: string, change: (sessionFile: string) => string): Promise<Project | undefined> {
    const project = createProject("outside");
    if (!project) return undefined;
    const packed = (await run(folder, ["npm", "pack", "--silent"])).trim();
    const packages = [tarballOf("core"), join(folder, packed)];
    await run(project.directory, ["npm", "install", "--no-audit", "--no-fund", ...packages]);
    const file = join(project.directory, "session.yaml");
    await writeFile(file, change((await readFile(file, "utf8")).replace("engines: 4", "engines: 2")));
    return project;
  }

  describe("from which an adapter is made, as the guide does it", () => {
    let folder: string;

    before(async function () {
      if (!existsSync("/usr/bin/tsp")) this.skip(); // needs task-spooler
      folder = await buildExample("task-spooler", "core", "host");
    });

    it("pass the conformance suite with a real task-spooler", () => expectConformance(folder, 50));

    it("bring a session up by the adapter's short name, scale it and take it down", async function () {
      const socket = join(work, "queue");
      const scheduler = `scheduler: { plugin: tsp, options: { socket: ${socket} } }`;
      const project = await projectWith(folder, (text) => text.replace("scheduler: local", scheduler));
      if (!project) this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
      try {
        const queue = (...words: string[]) => run(folder, ["env", `TS_SOCKET=${socket}`, "tsp", ...words]);
        await queue("-S", "8");
        try {
          expect((await project.ok("up", "--trust")).stderr).to.include("engines: 2 of 2 registered");
          await project.ok("scale", "3", "--wait");
          expect((await queue()).match(/ running /g)).to.have.lengthOf(5);
          await project.ok("down");
          expect(await queue()).not.to.match(/ (running|queued) /);
        } finally {
          await queue("-K");
        }
      } finally {
        await project.remove();
      }
    });
  });

  describe("from which a tunnel is made, as the guide does it", () => {
    let folder: string;

    before(async () => {
      folder = await buildExample("command-tunnel", "core");
    });

    it("pass the conformance suite", () => expectConformance(folder, 10));

    it("lead to a session's notebook by the tunnel's short name", async function () {
      const options = '{ command: [env, "NODE=%h", sh, -c] }';
      const project = await projectWith(
        folder,
        (text) => `${text}tunnel: { kind: { plugin: command, options: ${options} } }\n`,
      );
      if (!project) this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
      try {
        await project.ok("up", "--trust");
        const { tunnel, url } = JSON.parse((await project.ok("status", "--json")).stdout);
        expect(tunnel).to.equal("command");
        expect((await fetch(url)).status).to.equal(200);
        await project.ok("down");
      } finally {
        await project.remove();
      }
    });
  });

  describe("from which a readiness strategy is made, as the guide does it", () => {
    let folder: string;

    before(async () => {
      folder = await buildExample("refresh-readiness", "core");
    });

    it("pass the conformance suite", () => expectConformance(folder, 10));

    it("let a session's jobs and hpcnb refresh folders by the strategy's short name", async function () {
      const seen = join(work, "refreshed");
      const options = `{ command: [sh, -c, 'echo "$(ps -o comm= -p $PPID) $*" >>"$0"', ${seen}] }`;
      const project = await projectWith(
        folder,
        (text) => `${text}storage: { readiness: { plugin: refresh, options: ${options} } }\n`,
      );
      if (!project) this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
      try {
        expect((await project.ok("up", "--trust")).stderr).to.include("engines: 2 of 2 registered");
        const { storage } = JSON.parse((await project.ok("status", "--json")).stdout);
        expect(storage.strategy).to.equal("refresh");
        const refreshed = await readFile(seen, "utf8");
        expect(refreshed, "by jobs").to.match(/^python\S* \/.*\/\.hpcnb\/runs\//m);
        expect(refreshed, "by hpcnb").to.match(/^(?!python).* \/.*\/\.hpcnb\/runs\//m);
        await project.ok("down");
      } finally {
        await project.remove();
      }
    });
  });

  it("install with pnpm, those that an adapter needs", async () => {
    const folder = await emptyFolder("pnpm");
    const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const needed = tarballs.filter((tarball) => /\/hpcnb-(core|host|testbed|adapter-\w+)-[^/]*$/.test(tarball));
    expect(needed).to.have.length.greaterThan(5);
    await run(folder, ["npx", "--yes", packageManager, "add", ...needed]);
    const imports = (await doorsIn(folder)).map((door) => `import "${door}";\n`).join("");
    await run(folder, [process.execPath, "--input-type=module", "--eval", imports]);
  });
});

async function typesOfNode(): Promise<string> {
  const file = join(root, "node_modules/@types/node/package.json");
  return JSON.parse(await readFile(file, "utf8")).version;
}
