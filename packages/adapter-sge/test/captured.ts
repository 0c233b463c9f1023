import { readdirSync, readFileSync } from "node:fs";
import type { CommandResult } from "@hpcnb/core";
import { makeResult } from "@hpcnb/core/testing";

/** What another Grid Engine's command printed; see ./fixtures/README.md. */
export interface Captured {
  /** Such as "ocs92". */
  readonly variant: string;
  /** As it was typed, and in brackets what was done before. */
  readonly command: string;
  readonly version: string;
  readonly result: CommandResult;
}

const directory = new URL("fixtures/variants/", import.meta.url);

export const captured: readonly Captured[] = readdirSync(directory)
  .sort()
  .flatMap((name) =>
    readFileSync(new URL(name, directory), "utf8")
      .split(/^### command: /m)
      .slice(1)
      .map((text) => readCaptured(name.slice(0, name.indexOf("-")), text)),
  );

function readCaptured(variant: string, text: string): Captured {
  const [, command = "", version = "", exit = "", stdout = "", stderr = ""] =
    /^(.*)\n### version: (.*)\n### exit: (\d+)\n### stdout:\n([\s\S]*?)(?:\n### stderr:\n([\s\S]*))?$/.exec(text) ?? [];
  const argv = command
    .replace(/ {4}\(.*$|,? script on stdin$/g, "")
    .trim()
    .split(" ");
  return { variant, command, version, result: makeResult({ argv, exitCode: Number(exit), stdout, stderr }) };
}

/** The answers to commands that begin like this. */
export function answersTo(command: string, variant?: string): readonly Captured[] {
  return captured.filter(
    (one) => one.command.startsWith(command) && (variant === undefined || one.variant === variant),
  );
}
