/** Pieces of the sentences about session files. */

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a mapping",
  array: "a list",
  null: "empty",
};

/** JSON Schema's types as a person names them: "a text or a whole number". */
export function nameTypes(types: readonly unknown[]): string {
  return [...new Set(types.map((type) => typeNames[String(type)] ?? String(type)))].join(" or ");
}

/** A value as a person would name it, never at full length. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "string") return `the text ${quote(value)}`;
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "a mapping";
}

/**
 * A text in quotes, on one line and harmless to a terminal whatever is in it, never at full length.
 */
export function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  // JSON escapes the other control characters.
  return JSON.stringify(short).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A JSON pointer as people write it: "resources.native[0]". Empty for the whole file. */
export function pathOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index > 0 ? "." : ""}${nameKey(part)}`))
    .join("");
}

function nameKey(key: string): string {
  return /^[\w-]{1,60}$/.test(key) ? key : quote(key);
}

export function firstSentence(text: string): string {
  return text.split(/(?<=\.) /)[0]?.replace(/\.$/, "") ?? text;
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
