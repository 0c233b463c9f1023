import { readdirSync, readFileSync } from "node:fs";

/** The pages lie in the package; a clone that was not built has them in its own folder. */
const folders = ["../docs/", "../../../../docs/"].map((path) => new URL(path, import.meta.url));

/** The names of the pages that `hpcnb help` prints. */
export function pageNames(): string[] {
  return (read((folder) => readdirSync(folder)) ?? [])
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.replace(/\.md$/, ""))
    .sort();
}

export function pageOf(name: string): string | undefined {
  return pageNames().includes(name) ? read((folder) => readFileSync(new URL(`${name}.md`, folder), "utf8")) : undefined;
}

/** What docs/errors.md says of a code. */
export function explanationOf(code: string): string | undefined {
  const sections = pageOf("errors")?.split(/^(?=## )/m) ?? [];
  return sections.find((section) => section.startsWith(`## ${code}\n`));
}

function read<T>(from: (folder: URL) => T): T | undefined {
  for (const folder of folders) {
    try {
      return from(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}
