import { printableLine } from "@hpcnb/core";
import { type Explained, explain } from "@hpcnb/core/session-file";

export { explain };

/** A line for each value, in columns: its key, the value as YAML has it, and its place. Pure. */
export function layOut(values: readonly Explained[]): string {
  const rows = values.map(({ key, value, place }) => [
    key,
    printableLine(typeof value === "string" ? value : JSON.stringify(value)),
    place ? `${printableLine(place.file)}:${place.line}` : "default",
  ]);
  const widthOf = (column: number) => Math.min(40, Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const widths = [widthOf(0), widthOf(1)];
  return rows
    .map(
      ([key = "", value = "", place]) => `${key.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${place}\n`,
    )
    .join("");
}
