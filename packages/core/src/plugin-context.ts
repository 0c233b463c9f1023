import type { Clock } from "./clock.js";
import type { Log } from "./log.js";

/** What the factories of all kinds of plugins are given. */
export interface PluginContext {
  readonly clock: Clock;
  /** For what a plugin does without a command of its host, such as a request by HTTP. */
  readonly log: Log;
  /** From the session file, valid by the plugin's `optionsSchema`, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}
