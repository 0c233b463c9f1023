import { readFileSync } from "node:fs";
import type { CommandResult } from "@hpcnb/core";
import { makeResult } from "@hpcnb/core/testing";

/** What a command answered, see fixtures/README.md. */
export interface Captured {
  readonly case: string;
  readonly version: string;
  readonly result: CommandResult;
}

/** All answers in a file of ./fixtures. */
export function captured(file: string): readonly Captured[] {
  const text = readFileSync(new URL(`fixtures/${file}.txt`, import.meta.url), "utf8");
  return text.split(/^(?=### case: )/m).map((block) => {
    const parts =
      /^### case: (.*)\n### command: (.*(?:\n.*)?)\n### version: (.*)\n### exit: (\d+)\n### stdout:\n([\s\S]*?)### stderr:\n([\s\S]*)$/.exec(
        block,
      );
    if (!parts) throw new Error(`${file}.txt has a block that is none: ${block}`);
    const [, name = "", command = "", version = "", exit, stdout = "", stderr = ""] = parts;
    const result = makeResult({ argv: command.split(" "), exitCode: Number(exit), stdout, stderr });
    return { case: name, version, result };
  });
}

/** The answer of this case; the case must be there. */
export function answered(file: string, name: string): CommandResult {
  const found = captured(file).find((one) => one.case === name);
  if (!found) throw new Error(`${file}.txt has no case "${name}"`);
  return found.result;
}
