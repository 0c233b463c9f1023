import { join } from "node:path";
import { expect } from "chai";
import { build } from "esbuild";
import { root } from "./repository.js";

/** A command costs the time in which its files are read: `npm run bench -- startup` measures it. */
describe("A command that meets no host", () => {
  /** All files that are loaded before a command does anything, from the root. */
  async function loadedBy(...entries: string[]): Promise<string[]> {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: entries.map((entry) => join("packages/cli/src", entry)),
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      conditions: ["@hpcnb/source"],
      outdir: "none",
    });
    const loaded = new Set<string>();
    const follow = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const { path, kind } of metafile.inputs[file]?.imports ?? []) if (kind !== "dynamic-import") follow(path);
    };
    for (const entry of entries) follow(join("packages/cli/src", entry));
    return [...loaded];
  }

  it("loads nothing of hosts, tunnels and the life of sessions", async () => {
    const loaded = await loadedBy("main.ts", "commands/validate.ts", "commands/complete.ts");
    expect(loaded).to.include("packages/core/src/session-file/read.ts");
    const others = /^packages\/(host|tunnel|jupyter|adapter-[a-z]+|core\/src\/session)\//;
    expect(loaded.filter((file) => others.test(file))).to.deep.equal([]);
  });
});
