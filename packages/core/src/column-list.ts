import { notUnderstood } from "./scheduler-errors.js";

type Row<Name extends string> = Readonly<Record<Name, string>>;

export interface ColumnTable<Name extends string> {
  readonly command: string;
  /** What the command calls each column. The last one has what is left of its row. */
  readonly columns: Readonly<Record<Name, string>>;
  isHead(row: Row<Name>): boolean;
  isRow(row: Row<Name>): boolean;
}

export interface ColumnList<Name extends string> {
  /** The format to ask for. Its columns have no width, so that none is cut. */
  readonly format: string;
  /** @throws HPCNB_SCHEDULER_ANSWER without the head: the list may not be whole then. */
  read(text: string): Row<Name>[];
}

/**
 * Rows begin with this, which tells them from other lines: from a wrapper's words, and from the
 * rest of a text that has several lines.
 */
const mark = "hpcnb";

/**
 * A list whose columns are separated by "|", as many schedulers print it on demand, with a head
 * even if nothing is listed.
 */
export function columnList<Name extends string>(table: ColumnTable<Name>): ColumnList<Name> {
  const names = Object.keys(table.columns) as Name[];
  const last = names.at(-1) as Name;

  function rowsIn(text: string): Row<Name>[] {
    const rows: Row<Name>[] = [];
    for (const line of text.split("\n")) {
      const parts = line.split("|");
      if (parts[0] !== mark || parts.length <= names.length) continue;
      const row = {} as Record<Name, string>;
      for (let at = 0; at < names.length; at++) row[names[at] as Name] = parts[at + 1] ?? "";
      if (parts.length > names.length + 1) row[last] = parts.slice(names.length).join("|");
      rows.push(row);
    }
    return rows;
  }

  return {
    format: [mark, ...Object.values(table.columns)].join("|"),
    read: (text) => {
      const [head, ...rows] = rowsIn(text);
      if (head && table.isHead(head) && rows.every(table.isRow)) return rows;
      throw notUnderstood(table.command, text);
    },
  };
}
