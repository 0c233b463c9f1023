import { systemClock } from "@hpcnb/core";
import { keepTunnels } from "./keeper.js";
import { createPluginLoader } from "./plugins/load-plugin.js";
import { serveWith } from "./plugins/serve.js";

// What a keeper's hosts and plugins do is told to nobody: it runs in the background.
void keepTunnels(createPluginLoader(), serveWith({ clock: systemClock, log: () => {} }));
