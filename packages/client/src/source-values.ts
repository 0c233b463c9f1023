import type { SessionSource } from "@hpcnb/core/session-file";

/** A text in the unchecked value of a session file. */
export function textAt(source: SessionSource, ...keys: string[]): string | undefined {
  const found = valueAt(source, ...keys);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** A value in the unchecked value of a session file. */
export function valueAt({ value }: SessionSource, ...keys: string[]): unknown {
  let at: unknown = value;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

export function mappingAt(source: SessionSource, ...keys: string[]): Readonly<Record<string, unknown>> | undefined {
  const found = valueAt(source, ...keys);
  return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : undefined;
}
