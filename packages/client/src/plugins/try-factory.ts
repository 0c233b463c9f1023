import { type Plugin, type PluginKind, systemClock, untouchedHost } from "@hpcnb/core";

/**
 * Calls the factory of a plugin without a host: what it gives is looked at before anything is
 * started. @throws HPCNB_PLUGIN_BROKEN when that lacks something; hpcnb's own plugins have it all.
 */
export function tryFactory(plugin: Plugin, kind: PluginKind, options: Readonly<Record<string, unknown>>): void {
  plugin[kind]?.create({ host: untouchedHost, clock: systemClock, log: () => {}, timeoutMs: 0, options });
}
