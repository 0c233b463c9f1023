import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { dirname, isAbsolute, join, parse } from "node:path";

/** As many links as Linux follows in one path. */
const mostLinks = 40;

/**
 * Why somebody else than this user and root may have decided what lies at an absolute path: a
 * sentence's end, such as "/data belongs to another user (1002)". Undefined when only this user and
 * root can have.
 *
 * Each component is looked at, and each that a link leads to, as ssh does with its own files
 * (StrictModes): its owner is this user or root, and neither its group nor everybody may write to
 * it. The user's own group is no exception: who else is in it cannot be known here. A directory
 * such as /tmp, in which only the owner of an entry can replace it, will do above something that is
 * this user's own.
 */
export function foreignHand(path: string): string | undefined {
  const left = path.split("/");
  let at = parse(path).root;
  let above = lstatSync(at);
  let links = 0;
  const rootProblem = problemOf(at, above, left.length > 0);
  if (rootProblem) return rootProblem;
  while (left.length > 0) {
    const name = left.shift() ?? "";
    if (name === "" || name === ".") continue;
    if (name === "..") {
      at = dirname(at);
      above = lstatSync(at);
      continue;
    }
    const entry = join(at, name);
    const found = lstatSync(entry);
    const problem = problemOf(entry, found, left.length > 0) ?? problemInShared(entry, found, above);
    if (problem) return problem;
    if (found.isSymbolicLink()) {
      links += 1;
      if (links > mostLinks) return `${path} leads through too many links`;
      const target = readlinkSync(entry);
      left.unshift(...target.split("/"));
      if (!isAbsolute(target)) continue;
      at = parse(target).root;
      above = lstatSync(at);
    } else {
      at = entry;
      above = found;
    }
  }
  return undefined;
}

function problemOf(path: string, found: Stats, isAbove: boolean): string | undefined {
  if (found.uid !== 0 && found.uid !== process.getuid?.()) return `${path} belongs to another user (${found.uid})`;
  // The modes of a link say nothing; whoever can replace it can write to its directory.
  if (found.isSymbolicLink() || (found.mode & 0o022) === 0) return undefined;
  if (isAbove && found.isDirectory() && isSticky(found)) return undefined;
  return `${path} can be changed by ${found.mode & 0o002 ? "every user" : `others of its group (${found.gid})`}`;
}

/**
 * Another user can make a second name for a file of this user where both may write, and so choose
 * which file it is.
 */
function problemInShared(path: string, found: Stats, above: Stats): string | undefined {
  const isShared = isSticky(above) && (above.mode & 0o022) !== 0;
  return isShared && !found.isDirectory() && found.nlink > 1 ? `${path} has another name elsewhere` : undefined;
}

function isSticky({ mode }: Stats): boolean {
  return (mode & 0o1000) !== 0;
}

/** What a person can do about it. */
export const howToOwn =
  "Make it yours alone (chown, chmod go-w), or copy it into a directory of your own. Where a file system keeps no owners and modes, " +
  "nobody can tell whose a file is: use one that does.";

/** Whose a file is, in words. */
export function ownerOf(path: string): string {
  const { uid } = lstatSync(path);
  if (uid === process.getuid?.()) return "you";
  return uid === 0 ? "root" : `another user (${uid})`;
}
