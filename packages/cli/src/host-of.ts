import { createHosts, type LoginWatch } from "@hpcnb/client";
import type { Host } from "@hpcnb/core";
import { holdLive, passOn, tell } from "./printing/print.js";
import { log } from "./printing/verbose.js";
import { listen } from "./process/interruption.js";

const hosts = createHosts(
  (alias) => {
    const interactive = process.stdin.isTTY && process.stderr.isTTY;
    return {
      interactive,
      hear: passOn,
      watchLogin: loginWatcher(alias, interactive),
    };
  },
  { log, notify: (text) => tell(text) },
);

/**
 * The submit node for a command that a person has typed: this machine, or the one behind an ssh
 * alias.
 */
export function hostOf(alias: string | undefined): Host {
  listen();
  return hosts(alias);
}

/** While ssh may ask, nothing is drawn: its questions would be lost in that. */
function loginWatcher(alias: string, interactive: boolean): () => LoginWatch {
  let told = false;
  return () => {
    const release = interactive ? holdLive() : () => {};
    if (interactive && !told) tell(`${alias}: logging in`);
    told = true;
    return {
      silent: (silentMs) => tell(`${alias}: still trying to log in (${Math.round(silentMs / 1000)} s)`),
      over: release,
    };
  };
}
