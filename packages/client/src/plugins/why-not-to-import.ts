import { foreignHand } from "./foreign-hands.js";

const known = new Map<string, string | undefined>();

/**
 * Why one file is not to import another: others could have written it, and not the one that asks. A
 * file that others can change anyway has nothing to be guarded for: it is hpcnb's own where an
 * administrator, or a group, looks after it.
 */
export function whyNotToImport(importer: string, imported: string): string | undefined {
  return handOn(importer) ? undefined : handOn(imported);
}

/** What only this user and root can change does not change its answer. */
function handOn(path: string): string | undefined {
  if (!known.has(path)) known.set(path, foreignHand(path));
  return known.get(path);
}
