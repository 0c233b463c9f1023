import Module, { register } from "node:module";
import { isAbsolute } from "node:path";
import { whyNotToImport } from "./plugins/why-not-to-import.js";

type Parent = { readonly filename?: string | null } | undefined;

/**
 * The parts of Node's CommonJS loader that each require() goes through. From Node 22 on,
 * `registerHooks` is there for that.
 */
interface Loader {
  _resolveFilename(request: string, parent: Parent): string;
  _load(request: string, parent: Parent, ...rest: unknown[]): unknown;
}

let isGuarded = false;

/**
 * From now on no file is imported or required that others could have written (see
 * `whyNotToImport`). Node looks for what a plugin imports in every `node_modules` up to the root,
 * and others may write to one of the directories above.
 */
export function guardImports(): void {
  if (isGuarded) return;
  isGuarded = true;
  register("./import-guard.js", import.meta.url);
  const loader = Module as unknown as Loader;
  const load = loader._load;
  loader._load = function (request, parent, ...rest) {
    const path = loader._resolveFilename(request, parent);
    const problem = parent?.filename && isAbsolute(path) ? whyNotToImport(parent.filename, path) : undefined;
    if (problem) throw new Error(`it requires "${request}", but ${problem}`);
    return load.call(this, request, parent, ...rest);
  };
}
