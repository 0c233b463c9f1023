import type { Clock, Host, Log } from "@hpcnb/core";

/** What plugins' factories are given, beside their own options. */
export interface PluginServices {
  readonly clock: Clock;
  readonly host: Host;
  readonly log: Log;
}

/**
 * Calls the factory of a plugin, by the plugin's name, with the services of a host. A front end
 * that has a container of dependencies lets it do that: plugins need not know of one.
 */
export type ServePlugin = <Made>(name: string, host: Host, make: (services: PluginServices) => Made) => Made;

/** Serves without a container. */
export function serveWith(services: Omit<PluginServices, "host">): ServePlugin {
  return (_name, host, make) => make({ ...services, host });
}
