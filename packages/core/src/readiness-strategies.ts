import { HpcnbError } from "./errors.js";
import { definePlugin, type Plugin } from "./plugin.js";
import type { JobReadiness, ReadinessContext, StorageReadiness } from "./readiness.js";
import { decodeRecord } from "./records.js";

/** The article's fixed wait, in seconds: what NFS clients cache a directory for by default (acdirmin). */
const fixedDelay = 30;

/** The strategies that hpcnb brings along; others come as plugins. */
export const readinessPlugins: readonly Plugin[] = [
  strategy("probe", ({ timeout }) => ({ strategy: "content", seconds: timeout })),
  strategy("delay", () => ({ strategy: "delay", seconds: fixedDelay })),
  strategy("none", () => ({ strategy: "delay", seconds: 0 })),
];

function strategy(name: string, forJob: (context: ReadinessContext) => JobReadiness): Plugin {
  return definePlugin({
    apiVersion: 1,
    name,
    readiness: { create: (context) => ({ name, forJob: () => forJob(context), read: createReader() }) },
  });
}

/** Reading checks content under every strategy: what is not complete or not of this run is not believed. */
function createReader(): StorageReadiness["read"] {
  const seen = new Map<string, string | undefined>();
  return async (host, paths, run, { signal, patience } = {}) => {
    const known = paths.map((path) => seen.get(path));
    const texts = await host.readFiles(paths, signal, patience === undefined ? undefined : { known, limit: patience });
    return texts.map((text, index) => {
      const path = paths[index] as string;
      seen.set(path, text);
      try {
        return decodeRecord(text, run);
      } catch (cause) {
        throw new HpcnbError("HPCNB_STATE_UNREADABLE", `${path} on ${host.name} is damaged.`, { cause });
      }
    });
  };
}
