import { HpcnbError } from "./errors.js";
import type { Host } from "./host.js";
import { definePlugin, type Plugin } from "./plugin.js";
import type { JobReadiness, PublishedRecord, ReadinessContext, StorageReadiness } from "./readiness.js";
import { checkRecord, damagedHint } from "./records.js";

/** The article's fixed wait: NFS clients cache a directory for so long by default (acdirmin). */
const fixedDelaySeconds = 30;

/** A job may take this long to overwrite a record. */
const writingLimitMs = 500;

/** The strategies that hpcnb brings along; others come as plugins. */
export const readinessPlugins: readonly Plugin[] = [
  strategy("probe", ({ timeoutMs }) => ({ strategy: "content", seconds: timeoutMs / 1000 })),
  strategy("delay", () => ({ strategy: "delay", seconds: fixedDelaySeconds })),
  strategy("none", () => ({ strategy: "delay", seconds: 0 })),
];

function strategy(name: string, forJob: (context: ReadinessContext) => JobReadiness): Plugin {
  return definePlugin({
    apiVersion: 1,
    name,
    readiness: { create: (context) => ({ name, forJob: () => forJob(context), read: createReader(context) }) },
  });
}

/**
 * Reading checks content under every strategy: what is not complete or not of this run is not
 * believed.
 */
function createReader({ clock }: ReadinessContext): StorageReadiness["read"] {
  const seen = new Map<string, string | undefined>();
  return async (host, paths, run, { signal, patienceMs } = {}) => {
    const known = paths.map((path) => seen.get(path));
    const texts = await host.readFiles(
      paths,
      signal,
      patienceMs === undefined ? undefined : { known, limitMs: patienceMs },
    );
    const records = paths.map((path, index) => {
      const text = texts[index];
      seen.set(path, text);
      return text === undefined ? undefined : checkRecord(text, run);
    });
    if (!records.some((record) => record?.problem !== undefined)) return records.map((record) => record?.value);
    await clock.sleep(writingLimitMs, signal);
    return readAgain(host, { paths, texts, run }, signal);
  };
}

/** A record that has not changed meanwhile is not being written. */
async function readAgain(
  host: Host,
  { paths, texts, run }: { paths: readonly string[]; texts: readonly (string | undefined)[]; run: string },
  signal: AbortSignal | undefined,
): Promise<(PublishedRecord | undefined)[]> {
  const now = await host.readFiles(paths, signal);
  return now.map((text, index) => {
    if (text === undefined) return undefined;
    const { value, problem } = checkRecord(text, run);
    if (problem === undefined || text !== texts[index]) return value;
    throw new HpcnbError("HPCNB_STATE_UNREADABLE", `${paths[index]} on ${host.name} is damaged: ${problem}.`, {
      hint: damagedHint,
    });
  });
}
