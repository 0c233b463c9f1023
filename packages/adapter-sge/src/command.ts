import { siteCommand } from "@hpcnb/core";
import type { GridEngineOptions } from "./options.js";
import { run } from "./run.js";

/** Grid Engine's commands need SGE_ROOT. Debian's are wrappers that set it themselves. */
const isKnown = 'command -v "$1" >/dev/null 2>&1 && { [ -n "$SGE_ROOT" ] || [ -d /var/lib/gridengine ]; }';

/** Runs its arguments where Grid Engine's commands are known. */
export function gridEngineCommand({ settings }: GridEngineOptions, argv: readonly string[]): string[] {
  return siteCommand({ run, isKnown, settings }, argv);
}
