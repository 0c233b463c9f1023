import { expectSuccess } from "../command.js";
import type { CommandResult, Host, RunOptions } from "../host.js";

/**
 * A host on which everything is done by commands, for a scheduler that is tried on another machine:
 * `run` says how one is run there. It takes no locks.
 */
export function commandHost(
  name: string,
  run: (argv: readonly string[], options?: RunOptions) => Promise<CommandResult>,
): Host {
  const shell = async (program: string, path: string, stdin = "") =>
    expectSuccess(await run(["sh", "-c", program, "sh", path], { stdin }), path).stdout;
  return {
    name,
    identity: async () => name,
    run,
    // A line in front tells an empty file from none.
    readFiles: (paths) =>
      Promise.all(
        paths.map(async (path) => {
          const text = await shell('[ ! -e "$1" ] || { echo; cat "$1"; }', path);
          return text === "" ? undefined : text.slice(1);
        }),
      ),
    writeFiles: async (files) => {
      const program = 'umask 077; mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';
      for (const { path, text } of files) await shell(program, path, text);
    },
    lock: () => Promise.reject(new Error("no test of an adapter takes a lock")),
  };
}
