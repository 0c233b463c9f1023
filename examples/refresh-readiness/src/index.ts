import { dirname } from "node:path/posix";
import { decodeRecord, definePlugin, expectSuccess, type StorageReadiness } from "@hpcnb/core";

export interface RefreshOptions {
  /** Makes this host look at folders again. They become its last arguments. */
  readonly command: readonly string[];
}

/** Runs in each job, before anything is read. While a folder is not there, the command may fail. */
const sourceFor = ({ command }: RefreshOptions) => `
import os, subprocess, time

command = ${JSON.stringify(command)}

def wait(paths, run, seconds):
    end = time.monotonic() + seconds
    folders = sorted({os.path.dirname(path) for path in paths})
    while True:
        left = max(1, end - time.monotonic())
        subprocess.run([*command, *folders], stdout=subprocess.DEVNULL, timeout=left)
        if all(os.path.exists(path) for path in paths) or time.monotonic() >= end:
            return
        time.sleep(1)
`;

export function createRefresh({ timeoutMs }: { timeoutMs: number }, options: RefreshOptions): StorageReadiness {
  return {
    name: "refresh",
    forJob: () => ({ strategy: "own", seconds: timeoutMs / 1000, source: sourceFor(options) }),
    // The host is the submit node. hpcnb asks again for a record that is missing.
    read: async (host, paths, run, { signal } = {}) => {
      const folders = [...new Set(paths.map((path) => dirname(path)))];
      const result = await host.run([...options.command, ...folders], { signal });
      expectSuccess(result, "Refreshing the session's folders");
      const texts = await host.readFiles(paths, signal);
      return texts.map((text) => decodeRecord(text, run));
    },
  };
}

export default definePlugin({
  apiVersion: 1,
  name: "refresh",
  readiness: {
    optionsSchema: {
      type: "object",
      additionalProperties: false,
      properties: {
        command: {
          type: "array",
          items: { type: "string" },
          minItems: 1,
          default: ["ls"],
          description: "Makes a host look at the folders that follow again.",
        },
      },
    },
    create: (context) => createRefresh(context, context.options as unknown as RefreshOptions),
  },
});
