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
    readiness: { create: (context) => ({ name, forJob: () => forJob(context), read: readRecords }) },
  });
}

/** Reading checks content under every strategy: what is not complete or not of this run is not believed. */
const readRecords: StorageReadiness["read"] = async (host, paths, run, signal) => {
  const texts = await host.readFiles(paths, signal);
  return texts.map((text, index) => {
    try {
      return decodeRecord(text, run);
    } catch (cause) {
      throw new HpcnbError("HPCNB_STATE_UNREADABLE", `${paths[index]} on ${host.name} is damaged.`, { cause });
    }
  });
};
