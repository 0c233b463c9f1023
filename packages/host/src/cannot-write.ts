import { HpcnbError } from "@hpcnb/core";

const elsewhere = "Put notebook.directory on a file system";

/** What to do about the words of a file system. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /no space|quota/i,
    "Free some space there (`df -h`, `df -i` and `quota -s` tell how much is left), then run the same command again.",
  ],
  [/read-only/i, `${elsewhere} that this host may write to.`],
  [
    /permission denied|not permitted/i,
    "`ls -ld` of the folder shows its owner. notebook.directory must be a folder of yours.",
  ],
  [
    /keeps no file private/,
    `${elsewhere} with Unix permissions, as your home has on most clusters. CIFS and FAT can also be mounted so that all files are yours alone (\`file_mode=0600\`, \`umask=077\`).`,
  ],
];

/**
 * A file that could not be written on a host. What is half written is never believed, so trying
 * again is safe.
 */
export function cannotWrite(path: string | undefined, why: string, cause?: unknown): HpcnbError {
  return new HpcnbError("HPCNB_COMMAND_FAILED", `${path} cannot be written: ${why}.`, { cause, hint: remedyOf(why) });
}

/** A file that would be open to others than asked. */
export function notPrivate(path: string | undefined, cause?: unknown): HpcnbError {
  return cannotWrite(path, "its file system keeps no file private, whatever its mode", cause);
}

export function cannotLock(path: string, why: string): HpcnbError {
  return new HpcnbError("HPCNB_COMMAND_FAILED", `${path} cannot be locked: ${why}.`, { hint: remedyOf(why) });
}

function remedyOf(why: string): string | undefined {
  return remedies.find(([pattern]) => pattern.test(why))?.[1];
}

/** A file that gave no answer within `limitMs`. */
export function silentFile(what: string, limitMs: number, cause?: unknown): HpcnbError {
  return new HpcnbError("HPCNB_TIMEOUT", `${what} within ${limitMs / 1000} s.`, {
    cause,
    hint: "The file system may be hanging, because its server is away or overloaded: `ls` of the folder would hang as well. Try again when it answers.",
    transient: true,
  });
}
