import { existsSync } from "node:fs";
import { run } from "./run.mjs";
import { say, step } from "./step.mjs";

/**
 * What tests try things with that npm and PyPI do not have, by Debian's package. Without it they
 * are skipped.
 */
const needed = [
  { file: "/usr/bin/chromium", package: "chromium", tests: "that look at a page" },
  { file: "/usr/bin/pgrep", package: "procps", tests: "that look for processes" },
  { file: "/usr/bin/curl", package: "curl", tests: "that ask servers on Grid Engine" },
  { file: "/usr/bin/ssh", package: "openssh-client", tests: "of everything that goes over ssh" },
  { file: "/usr/sbin/sshd", package: "openssh-server", tests: "of everything that goes over ssh" },
  { file: "/usr/bin/tcsh", package: "tcsh", tests: "of login shells that are not POSIX" },
  { file: "/usr/bin/fish", package: "fish", tests: "of login shells that are not POSIX" },
  { file: "/usr/bin/zsh", package: "zsh", tests: "of other login shells" },
  { file: "/usr/bin/busybox", package: "busybox", tests: "of other login shells" },
  { file: "/usr/bin/tsp", package: "task-spooler", tests: "of the example of an adapter" },
  { file: "/usr/bin/strace", package: "strace", tests: "of file systems that hang" },
  {
    file: "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    package: "libfaketime",
    tests: "of hosts whose clocks differ",
  },
  {
    file: "/usr/lib/x86_64-linux-gnu/security/pam_oath.so",
    package: "libpam-oath",
    tests: "of logins with a second factor",
  },
];

export async function provideDebianPackages() {
  const missing = needed.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
    for (const { file, tests } of missing) say(`  No ${file}: the tests ${tests} are skipped`);
    return;
  }
  const names = missing.map((one) => one.package);
  await step(`Installing for the tests, from Debian: ${names.join(", ")}`, async () => {
    // A test starts its own servers; none is to be started for the whole machine.
    const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
    await run(["apt-get", "update", "--quiet"], { env });
    await run(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", ...names], { env });
  });
}
