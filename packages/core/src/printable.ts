/**
 * Characters that a terminal, or a reader's eye, takes for something else than text: C0 and C1
 * controls except for the line break and the tab, DEL, the separators of lines, what turns the
 * direction of writing (Unicode's Bidi_Control), invisible format characters, and halves of
 * surrogate pairs.
 */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text from elsewhere as it may be shown: every character that could steer a terminal is written
 * out, such as `\u001b`. The one function through which foreign text goes to a terminal. A carriage
 * return at the end of a line is only removed. Pure.
 */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same on one line. Pure. */
export function printableLine(text: string): string {
  const lines = printable(text).replaceAll("\t", " ").split("\n");
  return lines
    .map((line) => line.trim())
    .join(" ")
    .trim();
}
