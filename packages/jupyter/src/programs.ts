import { readFileSync } from "node:fs";

/**
 * A program in ../python, the same place seen from src and from dist: its parts in order, and the
 * function to call.
 */
export interface Program {
  readonly parts: readonly string[];
  readonly run: string;
}

const sources = new Map<string, string>();

export function programText({ parts }: Pick<Program, "parts">): string {
  return parts
    .map((name) => {
      const known = sources.get(name) ?? readFileSync(new URL(`../python/${name}`, import.meta.url), "utf8").trimEnd();
      sources.set(name, known);
      return known;
    })
    .join("\n\n\n");
}
