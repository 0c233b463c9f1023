import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The texts of a folder's files whose names match. */
export function fixtures(folder: string, names: RegExp): string[] {
  const found = readdirSync(join(root, folder)).filter((name) => names.test(name));
  if (found.length === 0) throw new Error(`${folder} has no file like ${names}`);
  return found.map((name) => readFileSync(join(root, folder, name), "utf8"));
}

/** Whether a text has characters that end a line or steer a terminal. */
export function isOneLine(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to look for.
  return !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text);
}
