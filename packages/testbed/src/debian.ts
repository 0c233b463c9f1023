import { attempt } from "./run.js";

/** Those of the packages that are there as a whole. */
export async function installed(names: readonly string[]): Promise<Set<string>> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own notation
  const { stdout } = await attempt(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", ...names]);
  const lines = stdout.split("\n").map((line) => line.split(" "));
  return new Set(lines.filter(([, status]) => status === "installed").map(([name]) => name as string));
}

/** Asks nothing, and waits for another one that is at work. */
export async function aptGet(words: readonly string[]) {
  return await attempt(
    ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "-o", "DPkg::Lock::Timeout=600", ...words],
    { timeoutMs: 900_000 },
  );
}
