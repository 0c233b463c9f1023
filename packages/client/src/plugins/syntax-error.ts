import { spawnSync } from "node:child_process";

/** Milliseconds that Node may take to read a file. */
const checkLimitMs = 10_000;

/**
 * Says in which of a plugin's files a syntax error is, and in which line: Node's error alone does
 * not tell that of an ES module. The files are read and not run. Undefined where Node cannot tell.
 */
export function syntaxErrorIn(path: string, { message }: SyntaxError): string | undefined {
  // A CommonJS file's error begins with its place, and so does what Node prints of any other.
  const { stderr } = spawnSync(process.execPath, ["--check", path], {
    encoding: "utf8",
    timeout: checkLimitMs,
    env: {},
  });
  const place = /^(?:file:\/\/)?(\/.*:\d+)$/m.exec(stderr ?? "")?.[1];
  return place === undefined ? undefined : `has a syntax error in ${place}: ${message}`;
}
