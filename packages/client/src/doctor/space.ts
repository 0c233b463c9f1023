import { HpcnbError } from "@hpcnb/core";
import type { Outcome } from "./examine.js";

/**
 * Free space and free inodes of a folder's file system, in POSIX's form, and the user's quota where
 * it can be asked.
 */
export const spaceScript = `
LC_ALL=C; export LC_ALL
df -Pk "$1" 2>/dev/null | sed -n 's/^/space /;2p'
df -Pi "$1" 2>/dev/null | sed -n 's/^/inodes /;2p'
quota -w 2>/dev/null </dev/null | sed -n 's/^/quota /;/^quota .*[0-9][*]/p'
exit 0
`;

/** Kilobytes below which a warning is due: logs and notebooks grow. */
const little = 500_000;
const fewInodes = 1_000;

const advice = "Remove files that you do not need, or choose another notebook.directory.";

/**
 * What the script has printed; a \`*\` behind a number of \`quota\` says that it is exceeded. Pure.
 * @throws HPCNB_DIRECTORY
 */
export function spaceOf(text: string): Outcome {
  const rows = text.split("\n").map((line) => line.trim().split(/\s+/));
  const free = (word: string) => {
    const row = rows.find(([first]) => first === word) ?? [];
    const [total, left] = [Number(row[2]), Number(row[4])];
    // Some file systems count no inodes, and say that there are none.
    return total > 0 && Number.isFinite(left) ? left : undefined;
  };
  const [space, inodes] = [free("space"), free("inodes")];
  if (space !== undefined && space <= 0)
    throw new HpcnbError("HPCNB_DIRECTORY", "The file system is full.", { hint: advice });
  if (inodes !== undefined && inodes <= 0)
    throw new HpcnbError("HPCNB_DIRECTORY", "The file system has no free inodes.", { hint: advice });
  if (rows.some(([first]) => first === "quota"))
    return { state: "warning", text: "a quota is exceeded: `quota -s` shows which one", hint: advice };
  if (space === undefined) return { state: "warning", text: "the free space is unknown: `df` does not tell it" };
  const gigabytes = `${(space / 1024 ** 2).toFixed(1)} GB free`;
  return space < little || (inodes ?? fewInodes) < fewInodes
    ? { state: "warning", text: `only ${gigabytes}, and ${inodes ?? "enough"} inodes`, hint: advice }
    : { state: "ok", text: gigabytes };
}
