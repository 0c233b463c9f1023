import type { Host } from "@hpcnb/core";
import { createLocalHost, createSshHost } from "@hpcnb/tunnel";
import { listen } from "./interruption.js";
import { passOn, tell } from "./print.js";

/** One for each alias: those who ask at the same moment log in once, and are asked for a password once. */
const sshHosts = new Map<string, Host>();

/** The submit node for a command that a person has typed: this machine, or the one behind an ssh alias. */
export function hostOf(alias: string | undefined): Host {
  listen();
  if (alias === undefined) return createLocalHost();
  const known = sshHosts.get(alias);
  if (known) return known;
  const host = createSshHost({
    alias,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    notify: (text) => tell(text),
    hear: passOn,
  });
  sshHosts.set(alias, host);
  return host;
}
