import { readFileSync } from "node:fs";
import { answersOf, type CommandResult } from "@hpcnb/core";
import { gridEngineDialect } from "../src/index.js";

/** What Grid Engine's answers mean. */
export const answers = answersOf(gridEngineDialect());

/** What a command printed, kept in a file; ./fixtures/README.md says where each comes from. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
}

/** Asked for the job that the answer is about. */
export function explain(result: CommandResult): string | undefined {
  return answers.parseExplain(result, /^job_number:\s+(\d+)/m.exec(result.stdout)?.[1] ?? "1");
}
