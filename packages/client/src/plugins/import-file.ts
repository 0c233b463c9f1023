import { pathToFileURL } from "node:url";

/**
 * Imports a plugin. In the program this is a file of its own: V8 gives code that it has kept no way
 * to import a module.
 */
export function importFile(path: string): Promise<{ readonly default?: unknown }> {
  return import(pathToFileURL(path).href);
}
