/** Where a value begins in the text, and its key, if it has one. */
export interface Offsets {
  readonly key: number | undefined;
  readonly value: number;
}

export interface Position {
  /** Both counted from 1; columns in characters. */
  readonly line: number;
  readonly column: number;
}

/** The offsets of the values of a YAML document, by JSON pointer (RFC 6901). */
export class PositionMap {
  readonly #source: string;
  readonly #offsets: ReadonlyMap<string, Offsets>;
  #lineStarts: readonly number[] | undefined;

  constructor(source: string, offsets: ReadonlyMap<string, Offsets> = new Map()) {
    this.#source = source;
    this.#offsets = offsets;
  }

  /**
   * The position of a value, or of its key. A value without one of its own (an alias' child, a
   * missing key) has that of its nearest parent.
   */
  at(pointer: string, part: "key" | "value"): Position {
    for (let path = pointer; ; path = path.slice(0, path.lastIndexOf("/"))) {
      const found = this.#offsets.get(path);
      if (found) return this.position(part === "key" || path !== pointer ? (found.key ?? found.value) : found.value);
      if (path === "") return { line: 1, column: 1 };
    }
  }

  position(offset: number): Position {
    this.#lineStarts ??= findLineStarts(this.#source);
    const index = lastNotAbove(this.#lineStarts, offset);
    const start = this.#lineStarts[index] ?? 0;
    return { line: index + 1, column: [...this.#source.slice(start, offset)].length + 1 };
  }
}

export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function findLineStarts(source: string): number[] {
  return [0, ...Array.from(source.matchAll(/\r\n|\n|\r/g), ({ index, 0: lineBreak }) => index + lineBreak.length)];
}

/** Index of the last of the ascending numbers that is not above `limit`. */
function lastNotAbove(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((numbers[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
