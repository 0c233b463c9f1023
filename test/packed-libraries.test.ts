import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { root, runCommand } from "./repository/repository.js";
import { createProject } from "./support/project.js";

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

  describe("from which an adapter is made, as the guide does it", () => {
    let folder: string;

    before(async function () {
      if (!existsSync("/usr/bin/tsp")) this.skip(); // needs task-spooler
      folder = join(work, "task-spooler");
      await cp(join(root, "examples/task-spooler"), folder, {
        recursive: true,
        filter: (path) => !/\/(node_modules|dist)$/.test(path),
      });
      const needed = tarballs.filter((tarball) => /\/hpcnb-(core|host)-[^/]*$/.test(tarball));
      await run(folder, ["npm", "install", "--no-audit", "--no-fund", "--save-dev", ...needed]);
      await run(folder, ["npm", "run", "build"]);
    });

    it("pass the conformance suite with a real task-spooler", async () => {
      const output = await run(folder, ["npm", "test"]);
      expect(output).to.match(/[5-9]\d passing/);
      expect(output).not.to.include("failing");
    });

    it("bring a session up by the adapter's short name, scale it and take it down", async function () {
      const project = createProject("spooled");
      if (!project) this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
      try {
        await run(folder, ["npm", "pack"]);
        const adapter = join(folder, "hpcnb-adapter-tsp-1.0.0.tgz");
        const [core = ""] = tarballs.filter((tarball) => /\/hpcnb-core-[^/]*$/.test(tarball));
        await run(project.directory, ["npm", "install", "--no-audit", "--no-fund", core, adapter]);
        const socket = join(project.directory, "socket");
        const file = join(project.directory, "session.yaml");
        const scheduler = `scheduler: { plugin: tsp, options: { socket: ${socket} } }`;
        await writeFile(
          file,
          (await readFile(file, "utf8")).replace("scheduler: local", scheduler).replace("engines: 4", "engines: 2"),
        );
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
