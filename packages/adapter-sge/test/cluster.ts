import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type CommandResult, expectSuccess, type Host, HpcnbError, type RunOptions } from "@hpcnb/core";

/** The testbed, as its users know it: by its command. */
const testbed = fileURLToPath(new URL("../../testbed/bin/hpcnb-testbed.js", import.meta.url));

/** Why there is no cluster to test with; undefined if there is one. */
export async function whyNoCluster(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Debian";
  const { stdout, stderr } = await onCluster("alice", ["sh", "-c", "qstat >/dev/null && echo ready"]);
  if (stdout.includes("ready")) return undefined;
  return `no Grid Engine answers on the testbed; \`hpcnb-testbed up\` starts it. ${stderr.trim()}`;
}

/** Runs a command on the submit node. */
export function onCluster(user: string, argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  return runCommand(["exec", "--as", user, "login", "--", ...argv], argv, options);
}

/** The submit node, with commands run by alice; `variables` are set for each of them. */
export function clusterHost(variables: () => readonly string[] = () => []): Host {
  const run: Host["run"] = async (argv, options) => ({
    ...(await onCluster("alice", ["env", ...variables(), ...argv], options)),
    argv,
  });
  const shell = (program: string, words: readonly string[], stdin = "") =>
    onCluster("alice", ["sh", "-c", program, "sh", ...words], { stdin });
  return {
    name: "login",
    run,
    readFiles: (paths) =>
      Promise.all(
        paths.map(async (path) => {
          const { exitCode, stdout } = expectSuccess(
            await shell('[ -e "$1" ] || exit 0; echo; cat "$1"', [path]),
            path,
          );
          return exitCode === 0 && stdout !== "" ? stdout.slice(1) : undefined;
        }),
      ),
    writeFiles: async (files) => {
      const program = 'umask 077; mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';
      for (const { path, text } of files) expectSuccess(await shell(program, [path], text), path);
    },
    lock: () => Promise.reject(new Error("no test of an adapter takes a lock")),
  };
}

function runCommand(
  words: readonly string[],
  argv: readonly string[],
  { stdin = "", signal, timeout = 60_000 }: RunOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new HpcnbError("HPCNB_ABORTED", "aborted"));
    const child = spawn(process.execPath, [testbed, ...words], { stdio: "pipe" });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    }
    const end = () => child.kill("SIGTERM");
    const timer = setTimeout(end, timeout);
    signal?.addEventListener("abort", end, { once: true });
    child.on("error", reject);
    // A child that was ended early may not have read all of its input.
    child.stdin.on("error", () => {});
    child.on("close", (exitCode, name) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) return reject(new HpcnbError("HPCNB_ABORTED", "aborted"));
      resolve({ argv, exitCode, ...(name === null ? {} : { signal: name }), ...output });
    });
    child.stdin.end(stdin);
  });
}
