import type { Context } from "mocha";

/**
 * A virtual environment that the test needs, named by an environment variable; without it the test
 * is skipped and says so.
 */
export function venvFrom(variable: string, context: Context): string {
  const path = process.env[variable];
  if (!path) {
    const test = context.currentTest ?? context.test;
    if (test) test.title += ` (set ${variable} to the directory of a virtual environment)`;
    return context.skip();
  }
  return path;
}
