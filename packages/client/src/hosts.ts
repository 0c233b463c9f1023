import type { Host } from "@hpcnb/core";
import { createLocalHost, createSshHost, type SshOptions } from "@hpcnb/host";

/**
 * Submit nodes by their alias; undefined is this machine. There is one for each alias: those who
 * ask at the same moment log in once, and are asked for a password once. `log` is told of each
 * command.
 */
export function createHosts(
  optionsFor: (alias: string) => Omit<SshOptions, "alias" | "log" | "notify">,
  { log, notify }: Pick<SshOptions, "log" | "notify"> = {},
): (alias: string | undefined) => Host {
  const sshHosts = new Map<string, Host>();
  return (alias) => {
    if (alias === undefined) return createLocalHost({ log, notify });
    const host = sshHosts.get(alias) ?? createSshHost({ ...optionsFor(alias), alias, log, notify });
    sshHosts.set(alias, host);
    return host;
  };
}
