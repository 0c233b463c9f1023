import type { Host } from "@hpcnb/core";
import { createLocalHost, createSshHost } from "@hpcnb/tunnel";

/** The submit node for a command that a person has typed: this machine, or the one behind an ssh alias. */
export function hostOf(alias: string | undefined): Host {
  if (alias === undefined) return createLocalHost();
  return createSshHost({
    alias,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    notify: (text) => process.stderr.write(`${text}\n`),
  });
}
