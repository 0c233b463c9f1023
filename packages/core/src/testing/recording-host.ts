import { defined } from "../defined.js";
import type { Host } from "../host.js";

/**
 * The same host, which also remembers what the last command was given: every word of its argv, and
 * its stdin.
 */
export function recordingHost(host: Host): Host & { sent(): readonly string[] } {
  let last: readonly string[] = [];
  const { dispose } = host;
  return {
    name: host.name,
    identity: () => host.identity(),
    run: (argv, options) => {
      last = [...argv, ...(options?.stdin === undefined ? [] : [options.stdin])];
      return host.run(argv, options);
    },
    readFiles: (...request) => host.readFiles(...request),
    writeFiles: (files, signal) => host.writeFiles(files, signal),
    lock: (path, signal) => host.lock(path, signal),
    ...defined({ dispose: dispose && (() => dispose.call(host)) }),
    sent: () => last,
  };
}
