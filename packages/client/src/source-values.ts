import { type SessionSource, valueAt as valueIn } from "@hpcnb/core/session-file";

/** A text in the unchecked value of a session file. */
export function textAt(source: SessionSource, ...keys: string[]): string | undefined {
  const found = valueAt(source, ...keys);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** A value in the unchecked value of a session file. */
export function valueAt({ value }: SessionSource, ...keys: string[]): unknown {
  return valueIn(value, ["", ...keys].join("/"));
}

export function mappingAt(source: SessionSource, ...keys: string[]): Readonly<Record<string, unknown>> | undefined {
  const found = valueAt(source, ...keys);
  return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : undefined;
}
