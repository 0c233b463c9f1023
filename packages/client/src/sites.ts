import { readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { check, lineSchema } from "@hpcnb/core";
import { type FoundSites, readSiteFile, type SiteFile, unusable, type YamlFile } from "@hpcnb/core/session-file";
import { configDirectory } from "./config-directory.js";
import { foreignHand, howToOwn } from "./plugins/foreign-hands.js";

const ending = ".yaml";

/** Where sites are described: by the user first, and for all users of the machine. */
function siteFolders(): string[] {
  return [configDirectory(), "/etc/hpcnb"].map((folder) => join(folder, "sites"));
}

/**
 * The files of sites on this machine. None of them is read yet. A file decides what runs as the
 * user, so one that others can change is not followed.
 */
export function findSites(folders: readonly string[] = siteFolders()): FoundSites {
  const found = folders.map(filesIn);
  return {
    folders,
    files: found.flatMap(({ files }) => files),
    problems: found.flatMap(({ problem }) => (problem ? [problem] : [])),
    hostname: hostname(),
    read: readOwn,
  };
}

function readOwn(file: string): YamlFile {
  try {
    const problem = foreignHand(file);
    if (problem === undefined) return readSiteFile(file);
    return unusable(
      file,
      `is not followed, because others could choose code that runs as you: ${problem}. ${howToOwn}`,
    );
  } catch (error) {
    return unusable(file, `cannot be read: ${(error as Error).message}`);
  }
}

function filesIn(folder: string): { files: SiteFile[]; problem?: FoundSites["problems"][number] } {
  try {
    const names = readdirSync(folder)
      .filter((name) => name.endsWith(ending) && !name.startsWith(".") && check(lineSchema, name).value)
      .sort();
    return { files: names.map((name) => ({ name: name.slice(0, -ending.length), file: join(folder, name) })) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { files: [] };
    return { files: [], problem: { file: folder, line: 1, column: 1, message: `cannot be read: ${message}` } };
  }
}
