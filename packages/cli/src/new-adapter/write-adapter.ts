import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledSchedulers } from "@hpcnb/client";
import { HpcnbError } from "@hpcnb/core";

/** The files of an adapter for "acme". They lie in the package, as this code does. */
const templates = ["../template/", "../../template/"];

/** In an installed program, and in a clone: there `npm run package` makes them. */
const packages = ["../template/vendor/", "../../../build/packages/", "../../../../build/packages/"];

/**
 * Writes a package with an adapter that builds and passes its tests, and gives its folder.
 *
 * @throws HPCNB_BAD_ARGUMENTS if the name cannot be an adapter's, or the folder is there already.
 */
export function writeAdapter(name: string, parent: string): string {
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name) || name.length > 40) {
    const rule = "lower-case letters and digits, with single dashes between them, and at most 40 characters";
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `"${name}" cannot be the name of an adapter, which has ${rule}.`);
  }
  if (bundledSchedulers.some((bundled) => bundled === name)) {
    const message = `"${name}" is an adapter of hpcnb's own, and a session file's word for it means that one.`;
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", message, { hint: "Give yours another name." });
  }
  const tarballs = librariesToInstall();
  const folder = join(parent, `hpcnb-adapter-${name}`);
  makeNew(folder);
  cpSync(firstThere(templates) ?? "", folder, { recursive: true });
  renameSync(join(folder, "gitignore"), join(folder, ".gitignore"));
  renameSync(join(folder, "package.json.template"), join(folder, "package.json"));
  renameSync(join(folder, "test/fake/acme"), join(folder, "test/fake", name));
  for (const path of textsBelow(folder)) writeFileSync(path, named(readFileSync(path, "utf8"), name));
  mkdirSync(join(folder, "vendor"), { recursive: true });
  for (const tarball of tarballs) cpSync(tarball, join(folder, "vendor", basename(tarball)));
  addLibraries(join(folder, "package.json"), tarballs);
  return folder;
}

/** The package files of what an adapter and its tests import: they are not on npm. */
function librariesToInstall(): string[] {
  const folder = firstThere(packages);
  const found =
    folder === undefined ? [] : readdirSync(folder).filter((name) => /^hpcnb-(core|host)-.*\.tgz$/.test(name));
  if (folder === undefined || found.length !== 2) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", "hpcnb finds no packages that a new adapter could import.", {
      hint: "This hpcnb runs from a clone: run `npm run package` there once.",
    });
  }
  return found.map((name) => join(folder, name)).sort();
}

function addLibraries(file: string, tarballs: readonly string[]): void {
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const added = tarballs.map((path) => {
    const [, name = ""] = /^hpcnb-([a-z]+)-/.exec(basename(path)) ?? [];
    return [`@hpcnb/${name}`, `file:vendor/${basename(path)}`];
  });
  const devDependencies = { ...Object.fromEntries(added), ...manifest.devDependencies };
  writeFileSync(file, `${JSON.stringify({ ...manifest, devDependencies }, null, 2)}\n`);
}

/** The template's text for another name, in each way of writing it. Pure. */
function named(text: string, name: string): string {
  const words = name.split("-").map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  const type = words.join("");
  return text
    .replaceAll("acmeDialect", `${type.charAt(0).toLowerCase()}${type.slice(1)}Dialect`)
    .replaceAll("AcmeJob", `${type}Job`)
    .replaceAll("ACME_", `${name.replaceAll("-", "_").toUpperCase()}_`)
    .replaceAll("Acme", words.join(" "))
    .replaceAll("acme", name);
}

function makeNew(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") {
      throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${folder} exists already.`);
    }
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${folder} cannot be made.`, { cause });
  }
}

function textsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((path) => join(folder, String(path)))
    .filter((path) => statSync(path).isFile() && !path.endsWith(".tgz"));
}

function firstThere(paths: readonly string[]): string | undefined {
  return paths
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
}
