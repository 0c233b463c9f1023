import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { HpcnbError } from "@hpcnb/core";
import { attempt, run } from "./run.js";

const needed = [
  "bindfs",
  "gridengine-client",
  "gridengine-exec",
  "gridengine-master",
  "iproute2",
  "openssh-client",
  "openssh-server",
  "python3-venv",
  "util-linux",
];

/** Grid Engine's packages ask these at installation; the cell they make is never used. */
const answers = [
  "shared/gridenginemaster string login",
  "shared/gridenginecell string default",
  "shared/gridengineconfig boolean true",
];

/** Daemons that the packages bring, by the package that brings them. They run in the hosts, never on the machine. */
const services: Record<string, string> = {
  "exim4-daemon-light": "exim4",
  "gridengine-exec": "gridengine-exec",
  "gridengine-master": "gridengine-master",
  "openssh-server": "ssh",
};

/** @throws HPCNB_UNSUPPORTED with one sentence, where a testbed cannot be. */
export async function assertSupported(): Promise<void> {
  const reason = await unsupportedReason();
  if (reason !== undefined) throw new HpcnbError("HPCNB_UNSUPPORTED", reason);
}

/** Why there can be no testbed here; undefined when there can. */
export async function unsupportedReason(): Promise<string | undefined> {
  if (process.platform !== "linux") return `the testbed needs Linux, and this is ${process.platform}`;
  if (!existsSync("/etc/debian_version") || !existsSync("/usr/bin/apt-get")) {
    return "the testbed installs Debian's packages, and this is not Debian";
  }
  if (process.getuid?.() !== 0) {
    return "the testbed makes network namespaces and mounts, which only root may: run it as root";
  }
  const probe = await attempt([
    "unshare",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "mount",
    "-t",
    "tmpfs",
    "probe",
    "/mnt",
  ]);
  if (probe.exitCode !== 0) {
    return `the testbed makes namespaces and mounts, which even root may not here: ${probe.stderr.trim()}`;
  }
  return undefined;
}

/**
 * Installs what is missing from Debian.
 * @returns the packages that were asked for; empty when all were there.
 */
export async function installPackages(say: (line: string) => void): Promise<string[]> {
  const missing = await missingPackages();
  if (missing.length === 0) return [];
  say(`installing with apt-get: ${missing.join(" ")}`);
  const before = await installed(Object.keys(services));
  const lines = ["common", "client", "master", "exec"].flatMap((part) =>
    answers.map((answer) => `gridengine-${part} ${answer}`),
  );
  await run(["debconf-set-selections"], { stdin: `${lines.join("\n")}\n` });
  await withoutDaemons(async () => {
    const first = await aptGet(["install", ...missing]);
    if (first.exitCode === 0) return;
    say("apt-get knows too little: apt-get update, and once more");
    await run(["apt-get", "update"], { timeout: 300_000 });
    const second = await aptGet(["install", ...missing]);
    if (second.exitCode !== 0) {
      throw new HpcnbError("HPCNB_COMMAND_FAILED", `apt-get could not install ${missing.join(" ")}:\n${second.stderr}`);
    }
  });
  const after = await installed(Object.keys(services));
  for (const name of after) {
    if (!before.has(name)) await run(["update-rc.d", services[name] as string, "disable"]);
  }
  return missing;
}

async function missingPackages(): Promise<string[]> {
  const present = await installed(needed);
  return needed.filter((name) => !present.has(name));
}

async function installed(names: readonly string[]): Promise<Set<string>> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own notation
  const { stdout } = await attempt(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", ...names]);
  const lines = stdout.split("\n").map((line) => line.split(" "));
  return new Set(lines.filter(([, status]) => status === "installed").map(([name]) => name as string));
}

async function aptGet(words: string[]) {
  return await attempt(
    ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "--no-install-recommends", ...words],
    { timeout: 900_000 },
  );
}

const policy = "/usr/sbin/policy-rc.d";
const refuse = "#!/bin/sh\n# hpcnb-testbed: while its packages are installed, no daemon is started.\nexit 101\n";

/** Debian asks this program before it starts a daemon. One that is there already is the machine's own, and stays. */
async function withoutDaemons(work: () => Promise<void>): Promise<void> {
  const own = !existsSync(policy) || (await readFile(policy, "utf8")) === refuse;
  if (own) await writeFile(policy, refuse, { mode: 0o755 });
  try {
    await work();
  } finally {
    if (own) await rm(policy, { force: true });
  }
}
