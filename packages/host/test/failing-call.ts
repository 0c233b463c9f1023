import { arch, platform } from "node:os";
import { fileURLToPath } from "node:url";
import type { Context } from "mocha";

/**
 * What to put before an argv so that a system call fails in it as a poor file system lets it fail.
 */
export function failing(call: "fsync" | "flock" | "fchmod", error: string): string[] {
  return ["/usr/bin/python3", fileURLToPath(new URL("fixtures/failing-call.py", import.meta.url)), call, error];
}

export function needFailingCalls(this: Context): void {
  if (platform() !== "linux" || !["x64", "arm64"].includes(arch())) this.skip();
}
