import { notUnderstood } from "./scheduler-errors.js";

/**
 * The rows of a list whose columns are separated by "|". Rows begin with a mark, which tells them
 * from other lines: from a wrapper's words, and from the rest of a text that has several lines. The
 * last column has what is left of its row.
 *
 * The command prints a head even if it lists nothing.
 * @throws HPCNB_SCHEDULER_ANSWER without the head: the list may not be whole then.
 */
export function readColumns<Name extends string>(
  text: string,
  { command, mark, names, isHead }: Columns<Name>,
): Record<Name, string>[] {
  const [head, ...rows] = text.split("\n").flatMap((line) => rowIn(line, mark, names));
  if (head && isHead(head)) return rows;
  throw notUnderstood(command, text);
}

export interface Columns<Name extends string> {
  readonly command: string;
  readonly mark: string;
  readonly names: readonly Name[];
  isHead(row: Record<Name, string>): boolean;
}

function rowIn<Name extends string>(line: string, mark: string, names: readonly Name[]): Record<Name, string>[] {
  if (!line.startsWith(`${mark}|`)) return [];
  const parts = line.split("|");
  if (parts.length <= names.length) return [];
  const row = {} as Record<Name, string>;
  for (const [at, name] of names.entries()) row[name] = parts[at + 1] ?? "";
  const last = names.at(-1);
  if (last !== undefined && parts.length > names.length + 1) row[last] = parts.slice(names.length).join("|");
  return [row];
}
