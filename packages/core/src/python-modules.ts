import { readFileSync } from "node:fs";

/** Stands before each module's path in the text: see ../python/hpcnb_modules.py. */
const mark = "\n#: ";

const imported = /^[ \t]*from (hpcnb_\w+(?:\.\w+)*) import (?:\(([^)]*)\)|(.*))$/gm;

const texts = new Map<string, string>();

/**
 * One text that carries a program of several Python modules to a host, where nothing of hpcnb is
 * installed: an importer (../python/hpcnb_modules.py), then these modules and all of ours that they
 * import.
 * @param python the directory that the modules' names start at.
 * @param names such as `hpcnb_programs.notebook`.
 */
export function carryModules(python: URL, names: readonly string[]): string {
  const key = `${python.href} ${names.join(" ")}`;
  const known = texts.get(key) ?? carry(python, names);
  texts.set(key, known);
  return known;
}

/**
 * The modules' sources by their paths, such as `hpcnb_launch/job.py`, with those of ours that they
 * import.
 */
export function modulesOf(python: URL, names: readonly string[]): Map<string, string> {
  const sources = new Map<string, string>();
  const todo = [...names];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    const path = `${name.replaceAll(".", "/")}.py`;
    if (sources.has(path)) continue;
    const source = readFileSync(new URL(path, python), "utf8").trimEnd();
    sources.set(path, source);
    todo.push(...importsOf(source));
  }
  return new Map([...sources].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * `from a import b, c` is of the modules a.b and a.c, and `from a.b import D` of the module a.b.
 */
function importsOf(source: string): string[] {
  return [...source.matchAll(imported)].flatMap(([, from = "", several, one = ""]) => {
    if (from.includes(".")) return [from];
    const names = (several ?? one).split(",").map((name) => name.trim().split(" ")[0]);
    return names.filter((name) => name !== "").map((name) => `${from}.${name}`);
  });
}

function carry(python: URL, names: readonly string[]): string {
  const importer = readFileSync(new URL("../python/hpcnb_modules.py", import.meta.url), "utf8").trimEnd();
  const modules = [...modulesOf(python, names)].map(([path, source]) => `${mark}${path}\n${withoutComments(source)}\n`);
  return [`${withoutComments(importer)}\n`, ...modules].join("");
}

/** A docstring of several lines, any other text in triple quotes, or a line with a comment. */
const comments = /^( *)"""\n.*?"""$|""".*?"""|^ *#[^\n]*\n/gms;

/**
 * The same program without comments and without docstrings of several lines: a job's script has
 * little room. Both stay in the files. Pure.
 */
export function withoutComments(source: string): string {
  return source.replace(comments, (found, indent?: string) => {
    // A body may have nothing else.
    if (indent !== undefined) return `${indent}pass`;
    return found.startsWith('"""') ? found : "";
  });
}
