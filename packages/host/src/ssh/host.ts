import { type Host, logged } from "@hpcnb/core";
import { createSshConnection, type SshConnection, type SshOptions } from "./connection.js";
import { readFilesThrough, writeFilesThrough } from "./files.js";
import { lockRemotely } from "./lock.js";
import { runRemotely } from "./run.js";

/** A host that is reached by OpenSSH, with all that the user has configured for it. */
export interface SshHost extends Host {
  /** For tunnels: they go over the same connection. */
  readonly connection: SshConnection;
}

/**
 * Does nothing yet: the first command logs in. The connection is left to OpenSSH, which ends it a
 * minute after its last user. Every method may throw HPCNB_SSH.
 */
export function createSshHost(options: SshOptions): SshHost {
  const connection = createSshConnection(options);
  const run: Host["run"] = (argv, runOptions) =>
    logged(options.log, { where: options.alias, argv: runOptions?.shown ?? argv }, () =>
      runRemotely(connection, argv, runOptions),
    );
  return {
    name: options.alias,
    identity: async () => {
      const { user, hostname, port } = await connection.config();
      return `${user}@${hostname}:${port}`;
    },
    connection,
    run,
    readFiles: (...request) => readFilesThrough(run, ...request),
    writeFiles: (files, signal) => writeFilesThrough(run, files, signal),
    lock: (path, signal) => lockRemotely(connection, path, signal),
  };
}

export function isSshHost(host: Host): host is SshHost {
  return "connection" in host;
}
