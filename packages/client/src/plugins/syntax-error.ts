import { spawnSync } from "node:child_process";
import { codeFiles } from "./code-files.js";

/** Milliseconds that Node may take to read a file. */
const checkLimitMs = 10_000;

/**
 * Says in which of a plugin's files a syntax error is, and in which line: Node's error alone does
 * not tell that of an ES module. The files are read and not run. Undefined where Node cannot tell.
 */
export function syntaxErrorIn(path: string, { message }: SyntaxError): string | undefined {
  const places = (codeFiles(path) ?? [path]).flatMap((file) => placeOfError(file) ?? []);
  return places.length === 0 ? undefined : `has a syntax error in ${places[0]}: ${message}`;
}

/** What Node prints of an error begins with its place. */
function placeOfError(file: string): string | undefined {
  if (!/\.[cm]?js$/.test(file)) return undefined;
  const { stderr } = spawnSync(process.execPath, ["--check", file], {
    encoding: "utf8",
    timeout: checkLimitMs,
    env: {},
  });
  return /^(?:file:\/\/)?(\/.*:\d+)$/m.exec(stderr ?? "")?.[1];
}
