/** Where a value stands in the text, as offsets. `key` is where its key stands, if it has one. */
export interface Place {
  readonly key: number | undefined;
  readonly value: number;
}

export interface Position {
  /** Both counted from 1; columns in characters. */
  readonly line: number;
  readonly column: number;
}

/** The places of the values of a YAML document, by JSON pointer (RFC 6901). */
export class PositionMap {
  readonly #source: string;
  readonly #places: ReadonlyMap<string, Place>;
  #lineStarts: readonly number[] | undefined;

  constructor(source: string, places: ReadonlyMap<string, Place> = new Map()) {
    this.#source = source;
    this.#places = places;
  }

  /**
   * The place of a value, or of its key; what has no place of its own (an alias' child, a missing
   * key) has its nearest parent's.
   */
  at(pointer: string, part: "key" | "value"): Position {
    for (let path = pointer; ; path = path.slice(0, path.lastIndexOf("/"))) {
      const place = this.#places.get(path);
      if (place) return this.position(part === "key" || path !== pointer ? (place.key ?? place.value) : place.value);
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
