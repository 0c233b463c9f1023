import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Host } from "@hpcnb/core";
import { defined } from "@hpcnb/core";

/**
 * As much of a host as a check of the environment needs: it runs programs here, with these
 * variables.
 */
export function shellHost(env: NodeJS.ProcessEnv): Host {
  const unused = () => Promise.reject(new Error("not needed here"));
  return {
    name: "submitnode",
    identity: unused,
    run: async (argv, { stdin = "", cwd } = {}) => {
      const [command = "", ...rest] = argv;
      const child = spawn(command, rest, { env, ...defined({ cwd }) });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      child.stdin.on("error", () => undefined).end(stdin);
      const [exitCode] = (await once(child, "close")) as [number | null];
      return { argv, exitCode, stdout, stderr };
    },
    readFiles: unused,
    writeFiles: unused,
    lock: unused,
  };
}
