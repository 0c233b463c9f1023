import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type CliResult, hpcnb } from "./cli.js";

const example = fileURLToPath(new URL("../../examples/quickstart/", import.meta.url));

export interface Project {
  /** Everything that the session may write to lies below it. */
  readonly folder: string;
  /** The notebook directory: a copy of the quickstart example. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  run(...args: string[]): Promise<CliResult>;
  /** The same in another folder. */
  runIn(folder: string, ...args: string[]): Promise<CliResult>;
  /** The same, and it must succeed. */
  ok(...args: string[]): Promise<CliResult>;
  remove(): Promise<void>;
}

/**
 * The quickstart example in a place of its own, with its own state; undefined where there is no
 * Python with Jupyter.
 */
export function createProject(name: string): Project | undefined {
  const venv = process.env.HPCNB_TEST_VENV;
  if (!venv) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "hpcnb-e2e-"));
  const directory = join(folder, name);
  cpSync(example, directory, { recursive: true, filter: (path) => ![".venv", ".hpcnb"].includes(basename(path)) });
  symlinkSync(venv, join(directory, ".venv"));
  mkdirSync(join(folder, "run"), { mode: 0o700 });
  const env = {
    XDG_CONFIG_HOME: join(folder, "config"),
    XDG_STATE_HOME: join(folder, "state"),
    XDG_RUNTIME_DIR: join(folder, "run"),
  };
  const runIn = (cwd: string, ...args: string[]) => hpcnb(args, { env, cwd });
  const run = (...args: string[]) => runIn(directory, ...args);
  return {
    folder,
    directory,
    env,
    run,
    runIn,
    ok: async (...args) => {
      const result = await run(...args);
      expect(result.exitCode, `hpcnb ${args.join(" ")}:\n${result.stderr}${result.stdout}`).to.equal(0);
      return result;
    },
    remove: async () => {
      await run("down");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
