/** A finished command, whatever its exit code. */
export interface CommandResult {
  readonly argv: readonly string[];
  /** null when a signal ended the command. */
  readonly exitCode: number | null;
  readonly signal?: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Text for the command's standard input; without it the input is empty. */
  readonly stdin?: string;
  /** What people are shown in place of the argv. */
  readonly shown?: readonly string[] | undefined;
  /** Whose answer the command brings: a person is told of one that takes long. */
  readonly answerer?: string | undefined;
  readonly cwd?: string;
  /** After this the command is ended and HPCNB_TIMEOUT thrown. Default 60,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface FileToWrite {
  readonly path: string;
  readonly text: string;
  /** Permission bits. Default 0o600: what hpcnb writes is its user's alone. */
  readonly mode?: number;
  /**
   * Overwrites a file of the same size in place, for a reader on another host that has looked at it
   * before: see records.ts. Not atomic: its reader tells a complete text by the checksum. A file
   * that is not there is made.
   */
  readonly inPlace?: boolean;
}

/**
 * Lets a read of files wait on the host for other texts than those known, where it would be asked
 * again and again.
 */
export interface AwaitedNews {
  /** In the order of the paths. */
  readonly known: readonly (string | undefined)[];
  /** How long to wait at most. A host may answer sooner, also without news. */
  readonly limitMs: number;
}

/**
 * The submit node, whether it is this machine or one reached over ssh.
 *
 * A host runs programs as an argv, never as shell text, so nothing that a user or a scheduler wrote
 * is ever interpreted by a shell. Paths are absolute on that host.
 */
export interface Host {
  /** For messages: "this machine", or the ssh alias. */
  readonly name: string;

  /**
   * The same under every name that this machine reaches the host by; empty for this machine itself.
   * Asks nobody elsewhere.
   */
  identity(): Promise<string>;

  /**
   * Runs a program to its end. Resolves for every exit code, also a failing one: what a code means
   * is the caller's to say (see `expectSuccess`).
   *
   * @throws HPCNB_COMMAND_FAILED when the program could not be started at all (not found, not
   *   executable), HPCNB_TIMEOUT or HPCNB_ABORTED when it was ended early. After any of these the
   *   program may have done its work: only commands that can be run again may be retried.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;

  /**
   * The files' texts, in the order asked; undefined for one that does not exist. One round trip for
   * all.
   * @throws HPCNB_COMMAND_FAILED for a file that exists but cannot be read, is no regular file, or
   *   has more than 16 MB; HPCNB_TIMEOUT when the file system gives no answer.
   */
  readFiles(paths: readonly string[], signal?: AbortSignal, news?: AwaitedNews): Promise<(string | undefined)[]>;

  /**
   * Writes each file atomically, but for those in place: a reader sees the old text or the new one,
   * never a part. Missing parent directories are made, for the user alone (0700). One round trip
   * for all; when it throws, some of the files may have been written.
   */
  writeFiles(files: readonly FileToWrite[], signal?: AbortSignal): Promise<void>;

  /**
   * Takes an exclusive lock that other processes on any machine respect, and holds it until
   * `release` or until this process ends, however it ends. A lock does not outlive its holder;
   * where the file system has no locks, that of a holder that died on another machine is free after
   * a minute.
   * @throws HPCNB_BUSY when another process holds it; nothing has changed then. HPCNB_TIMEOUT when
   *   the file system gives no answer.
   */
  lock(path: string, signal?: AbortSignal): Promise<Lock>;

  dispose?(): Promise<void>;
}

export interface Lock {
  release(): Promise<void>;
}
