import { existsSync } from "node:fs";
import { run } from "./run.mjs";
import { say, step } from "./step.mjs";

const path = "/usr/bin/chromium";

/** Tests that look at a page need it, and are skipped where it cannot be had. */
export async function provideChromium() {
  if (existsSync(path)) return;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
    say(`  No ${path}: the tests that need a browser are skipped`);
    return;
  }
  await step("Installing Debian's chromium, for the tests that need a browser", async () => {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run(["apt-get", "update", "--quiet"], { env });
    await run(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"], { env });
  });
}
