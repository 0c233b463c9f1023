import type { Host } from "@hpcnb/core";
import { createLocalHost, createSshHost, type LoginWatch } from "@hpcnb/host";
import { listen } from "./interruption.js";
import { holdLive, passOn, tell } from "./print.js";

/** One for each alias: those who ask at the same moment log in once, and are asked for a password once. */
const sshHosts = new Map<string, Host>();

/** The submit node for a command that a person has typed: this machine, or the one behind an ssh alias. */
export function hostOf(alias: string | undefined): Host {
  listen();
  if (alias === undefined) return createLocalHost();
  const known = sshHosts.get(alias);
  if (known) return known;
  const interactive = process.stdin.isTTY && process.stderr.isTTY;
  const host = createSshHost({
    alias,
    interactive,
    notify: (text) => tell(text),
    hear: passOn,
    watchLogin: loginWatcher(alias, interactive),
  });
  sshHosts.set(alias, host);
  return host;
}

/** While ssh may ask, nothing is drawn: its questions would be lost in that. */
function loginWatcher(alias: string, interactive: boolean): () => LoginWatch {
  let told = false;
  return () => {
    const release = interactive ? holdLive() : () => {};
    if (interactive && !told) tell(`${alias}: logging in`);
    told = true;
    return {
      silent: (milliseconds) => tell(`${alias}: still trying to log in (${Math.round(milliseconds / 1000)} s)`),
      over: release,
    };
  };
}
