import { HpcnbError } from "@hpcnb/core";

/** A file that could not be written on a host. What is half written is never believed, so trying again is safe. */
export function cannotWrite(path: string | undefined, why: string, cause?: unknown): HpcnbError {
  return new HpcnbError("HPCNB_COMMAND_FAILED", `${path} cannot be written: ${why}.`, {
    cause,
    hint: /no space|quota/i.test(why)
      ? "Free some space there (`df -h`, `df -i` and `quota -s` tell how much is left), then run the same command again."
      : undefined,
  });
}
