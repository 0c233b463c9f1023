import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pagePath } from "./known-sessions.js";

/**
 * A page that only this user can read and that leads to `url`: a browser's arguments, and so a
 * token in them, are there for everybody to see.
 */
export function writeRedirect(name: string, url: string): string {
  const path = pagePath(name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(
    path,
    `<!doctype html><meta http-equiv="refresh" content="0; url=${escaped(url)}"><a href="${escaped(url)}">${escaped(name)}</a>\n`,
    { mode: 0o600 },
  );
  return path;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
