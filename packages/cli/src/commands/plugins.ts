import { findSessionFile, type ListedPlugin, listPlugins } from "@hpcnb/client/files";
import type { Outcome } from "../printing/outcome.js";
import { type Piece, tell } from "../printing/print.js";

/** What could be named in a session file, from its folder or from the current one. */
export async function plugins(options: { session: string | undefined }): Promise<Outcome<"plugins">> {
  const file = options.session === undefined ? "session.yaml" : findSessionFile(options.session, tell);
  const listed = await listPlugins(file);
  return { value: { plugins: listed }, text: layOut(listed) };
}

/** A line for each, in columns, and below it what it takes, or why it cannot be used. Pure. */
export function layOut(listed: readonly ListedPlugin[]): Piece[] {
  const rows = listed.map(({ kind, name, version = "", from }) => [kind, name, version, from]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return listed.flatMap(({ problem, ...plugin }, index): Piece[] => {
    const line = rows[index]?.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    const about = aboutOf(plugin).map((fact): Piece => ["dim", `    ${fact}\n`]);
    return [`${line}\n`, ...about, ...(problem === undefined ? [] : [["red", `    ${problem}\n`] as const])];
  });
}

function aboutOf({ options, resources, capabilities, lacks }: ListedPlugin): string[] {
  const lists = { options, "resources.options": resources, capabilities, lacks };
  return Object.entries(lists).flatMap(([what, words = []]) =>
    words.length > 0 ? [`${what}: ${words.join(", ")}`] : [],
  );
}
