import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unlessMissing } from "./workspace.mjs";

/**
 * Writes a file unless it is there with these bytes. Whoever reads it meanwhile gets the old file
 * or the new one, whole.
 */
export async function replaceFile(path, contents) {
  const bytes = Buffer.from(contents);
  if ((await unlessMissing(readFile(path)))?.equals(bytes)) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}

/** Makes a directory have exactly these files: a map from paths in it to contents. */
export async function replaceFiles(directory, files) {
  for (const [name, contents] of files) await replaceFile(join(directory, name), contents);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !files.has(path.slice(join(directory, "/").length))) await rm(path);
  }
}
