import { HpcnbError } from "../../errors.js";
import type { CommandResult, Host } from "../../host.js";

/**
 * A host that is only files in memory: what the life cycle needs of one, at no cost and without
 * time passing.
 */
export class MemoryHost implements Host {
  readonly name = "memory";
  readonly files = new Map<string, string>();
  readonly #locks = new Set<string>();
  /** Called before each operation; a test may throw here, as a killed command would end. */
  beforeEach: () => void = () => {};

  async identity(): Promise<string> {
    return "memory";
  }

  async run(argv: readonly string[]): Promise<CommandResult> {
    this.beforeEach();
    const answer = (stdout: string): CommandResult => ({ argv, exitCode: 0, stdout, stderr: "" });
    if (argv[0] === "sh") return answer(this.script(argv[2] ?? "", argv.slice(4)));
    if (argv[0] === "ls") return answer(this.names(argv[2] ?? ""));
    if (argv[0] === "tail") return answer(this.tail(argv.filter((word) => word.startsWith("/"))));
    throw new Error(`The life cycle runs ${argv[0]}, which this host does not know`);
  }

  /**
   * What core's scripts would do to these files; the one that is left finds the notebook directory.
   */
  script(script: string, [first = "", ...others]: readonly string[]): string {
    if (script.includes("ls -di")) return others.map((path) => (this.names(path) === "" ? "gone" : "other")).join("\n");
    if (script.includes('rm -rf "./$run"')) {
      for (const run of others) this.remove(`${first}/.hpcnb/runs/${run}`);
      return "";
    }
    if (script.includes("mv -f")) {
      this.files.set(others[0] ?? "", this.files.get(first) ?? "");
      this.files.delete(first);
      return "";
    }
    return `${first}\n`;
  }

  /** A file, or a directory with all that is in it. */
  remove(path: string): void {
    for (const name of this.files.keys()) if (name === path || name.startsWith(`${path}/`)) this.files.delete(name);
  }

  /** The names in a directory. */
  names(path: string): string {
    const within = [...this.files.keys()].filter((name) => name.startsWith(`${path}/`));
    return [...new Set(within.map((name) => name.slice(path.length + 1).split("/")[0]))].join("\n");
  }

  /** When there are several files, each has its name before it. */
  tail(paths: readonly string[]): string {
    if (paths.length === 1) return this.files.get(paths[0] ?? "") ?? "";
    return paths
      .filter((path) => this.files.has(path))
      .map((path) => `\n==> ${path} <==\n${this.files.get(path)}`)
      .join("");
  }

  async readFiles(paths: readonly string[]): Promise<(string | undefined)[]> {
    this.beforeEach();
    return paths.map((path) => this.files.get(path));
  }

  async writeFiles(files: readonly { path: string; text: string }[]): Promise<void> {
    this.beforeEach();
    for (const { path, text } of files) this.files.set(path, text);
  }

  async lock(path: string) {
    this.beforeEach();
    if (this.#locks.has(path))
      throw new HpcnbError("HPCNB_BUSY", "Another command is starting or stopping this session.");
    this.#locks.add(path);
    return {
      release: async () => {
        this.#locks.delete(path);
      },
    };
  }
}
