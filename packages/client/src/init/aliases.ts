import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** Bytes, and files that include each other. */
const largestFile = 1_000_000;
const deepest = 8;

/** As the session file's schema has it. */
export const aliasPattern = /^[A-Za-z0-9_][A-Za-z0-9_.@:%-]*$/;

/** Where people keep code, and no jobs. */
const forges = /(^|[.@-])(github|gitlab|bitbucket|codeberg|sourcehut|gitea)([.-]|$)/i;

/**
 * The hosts that the user's ssh configuration names, to choose from: what ssh makes of one, only
 * ssh knows.
 */
export function sshAliases(file = join(homedir(), ".ssh", "config")): string[] {
  return [...new Set(namesIn(file, 0))].filter((name) => aliasPattern.test(name) && !forges.test(name));
}

function namesIn(file: string, depth: number): string[] {
  return linesOf(file).flatMap((line) => {
    const [, key = "", rest = ""] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
    const words = rest.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
    if (key.toLowerCase() === "host") return words.filter((word) => !/[*?!]/.test(word));
    if (key.toLowerCase() !== "include" || depth >= deepest) return [];
    return words.flatMap(includedFiles).flatMap((included) => namesIn(included, depth + 1));
  });
}

/** No list is worth failing for: a file that cannot be read has no names. */
function linesOf(file: string): string[] {
  try {
    const found = statSync(file);
    return found.isFile() && found.size <= largestFile ? readFileSync(file, "utf8").split("\n") : [];
  } catch {
    return [];
  }
}

/** `Include` takes many patterns. This reads those with stars in the file's name. */
function includedFiles(word: string): string[] {
  const inHome = word.startsWith("~/") ? join(homedir(), word.slice(2)) : word;
  const path = isAbsolute(inHome) ? inHome : join(homedir(), ".ssh", inHome);
  if (!path.includes("*")) return [path];
  const folder = dirname(path);
  const parts = path.slice(folder.length + 1).split("*");
  const pattern = new RegExp(`^${parts.map((part) => part.replaceAll(/[.+?^$()[\]{}|\\]/g, "\\$&")).join(".*")}$`);
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
