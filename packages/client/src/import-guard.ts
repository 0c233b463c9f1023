import type { ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";
import { whyNotToImport } from "./plugins/why-not-to-import.js";

/** A hook for Node's module loader (module.register): see `guardImports`. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const found = await next(specifier, context);
  const { parentURL } = context;
  if (!parentURL?.startsWith("file:") || !found.url.startsWith("file:")) return found;
  const problem = whyNotToImport(fileURLToPath(parentURL), fileURLToPath(found.url));
  if (problem) throw new Error(`it imports "${specifier}", but ${problem}`);
  return found;
};
