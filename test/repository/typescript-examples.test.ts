import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { root, runProgram, trackedFiles } from "./repository.js";

/**
 * A page's first example stands for a package's `src/index.ts`, and the later ones for its tests.
 */
describe("TypeScript on pages for people", function () {
  this.timeout(120_000);

  it("compiles against today's packages", async () => {
    const directory = await mkdtemp(join(tmpdir(), "hpcnb-examples-"));
    try {
      const all = await sources();
      const pages = await trackedFiles("*.md");
      const examples = [...all, ...(await Promise.all(pages.map((page) => examplesOf(page, all)))).flat()];
      expect(examples.length).to.be.greaterThan(8);
      for (const { file, text } of examples) {
        await mkdir(dirname(join(directory, file)), { recursive: true });
        await writeFile(join(directory, file), text);
      }
      await writeFile(join(directory, "package.json"), JSON.stringify({ type: "module" }));
      await writeFile(join(directory, "tsconfig.json"), JSON.stringify(await compilerSettings()));
      const { exitCode, output } = await runProgram(directory, "tsc", ["--project", "."]);
      expect(exitCode, output).to.equal(0);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("is that of the folder in examples/ that the page leads through", async () => {
    const all = await sources();
    const guides = (await Promise.all((await trackedFiles("docs/writing-*.md")).map(readGuide))).flat();
    expect(guides.length).to.be.greaterThan(2);
    for (const { page, folder, blocks } of guides) {
      const own = all.filter(({ file }) => file.startsWith(`${folder}/`));
      for (const block of blocks)
        expect(
          own.some(({ text }) => text.includes(block)),
          `${page}:\n${block}`,
        ).to.equal(true);
    }
  });
});

interface Source {
  readonly file: string;
  readonly text: string;
}

async function sources(): Promise<Source[]> {
  const files = await trackedFiles("examples/**/*.ts");
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(join(root, file), "utf8") })));
}

function blocksIn(text: string): string[] {
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block = ""]) => block);
}

async function readGuide(page: string) {
  const text = await readFile(join(root, page), "utf8");
  const folder = /`(examples\/[\w-]+)`/.exec(text)?.[1];
  return folder === undefined ? [] : [{ page, folder, blocks: blocksIn(text) }];
}

/** A part of a file in examples/ is compiled there, and is none of these. */
async function examplesOf(page: string, inFolders: readonly Source[]): Promise<Source[]> {
  const blocks = blocksIn(await readFile(join(root, page), "utf8"));
  const whole = blocks.filter((block) => !inFolders.some(({ text }) => text.includes(block)));
  return whole.map((text, index) => ({
    file: join(page, index === 0 ? "src/index.ts" : `test/${index}.test.ts`),
    text,
  }));
}

async function compilerSettings() {
  return {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      ...{ composite: false, declaration: false, emitDeclarationOnly: false, noEmit: true, noUnusedLocals: false },
      customConditions: ["@hpcnb/source"],
      types: ["node", "mocha"],
      typeRoots: [join(root, "node_modules/@types")],
      paths: await sourcesByName(),
    },
  };
}

async function sourcesByName(): Promise<Record<string, string[]>> {
  const sources: Record<string, string[]> = {};
  for (const folder of await readdir(join(root, "packages"))) {
    const manifest = JSON.parse(await readFile(join(root, "packages", folder, "package.json"), "utf8"));
    for (const [door, target] of Object.entries<Record<string, string>>(manifest.exports)) {
      const source = target["@hpcnb/source"];
      if (source) sources[join(manifest.name, door)] = [join(root, "packages", folder, source)];
    }
  }
  return sources;
}
