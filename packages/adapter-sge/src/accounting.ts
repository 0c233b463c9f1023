/** One record of accounting, as `qacct -j` prints it: a line for each column. */
export type AccountingRecord = ReadonlyMap<string, string>;

/**
 * The number that a column begins with: exit codes and codes of failure are small, whatever else
 * stands there is none.
 */
export function numberIn(record: AccountingRecord, column: string): number | undefined {
  const digits = /^\d{1,4}(?=\s|$)/.exec(record.get(column) ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** All records of an answer, in its order. */
export function readRecords(text: string): AccountingRecord[] {
  const records: Map<string, string>[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("=====")) records.push(new Map());
    const space = line.indexOf(" ");
    if (space > 0) records.at(-1)?.set(line.slice(0, space), line.slice(space).trim());
  }
  return records;
}
