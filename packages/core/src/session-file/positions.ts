import { EVENT_ID, type Event, getScalarValue } from "js-yaml";

/** Where a value stands in the text, as offsets. `key` is where its key stands, if it has one. */
interface Place {
  readonly key: number | undefined;
  readonly value: number;
}

export interface Position {
  /** Both counted from 1; columns in characters. */
  readonly line: number;
  readonly column: number;
}

export interface DuplicateKey {
  readonly pointer: string;
  readonly key: string;
  readonly offset: number;
}

/** The places of all values of a YAML document, by JSON pointer (RFC 6901). */
export class PositionMap {
  readonly #source: string;
  readonly #places = new Map<string, Place>();
  readonly duplicates: DuplicateKey[] = [];
  /** Where each document of the text begins. */
  readonly documents: number[] = [];

  constructor(source: string, events: readonly Event[]) {
    this.#source = source;
    this.#walk(events);
  }

  /** The place of a value, or of its key; a value without a place of its own (an alias' child) has that of its nearest parent. */
  at(pointer: string, part: "key" | "value"): Position {
    for (let path = pointer; ; path = path.slice(0, path.lastIndexOf("/"))) {
      const place = this.#places.get(path);
      if (place) return this.position(part === "key" || path !== pointer ? (place.key ?? place.value) : place.value);
      if (path === "") return { line: 1, column: 1 };
    }
  }

  position(offset: number): Position {
    const before = this.#source.slice(0, offset);
    const lineStart = before.lastIndexOf("\n") + 1;
    return { line: before.split("\n").length, column: [...before.slice(lineStart)].length + 1 };
  }

  #walk(events: readonly Event[]): void {
    const open: {
      pointer: string;
      kind: Event["type"];
      next: number;
      key?: { name: string; offset: number } | undefined;
    }[] = [];
    for (const event of events) {
      if (event.type === EVENT_ID.DOCUMENT) {
        open.push({ pointer: "", kind: event.type, next: 0 });
        continue;
      }
      if (event.type === EVENT_ID.POP) {
        open.pop();
        continue;
      }
      const parent = open.at(-1);
      const offset = offsetOf(event);
      if (parent?.kind === EVENT_ID.MAPPING && parent.key === undefined) {
        parent.key = { name: event.type === EVENT_ID.SCALAR ? getScalarValue(this.#source, event) : "", offset };
        // A key that is itself a collection is followed by its content; the schema refuses it by its name.
        if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE)
          open.push({ pointer: `${parent.pointer}/`, kind: event.type, next: 0 });
        continue;
      }
      const pointer = this.#pointerOf(parent, offset);
      if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE)
        open.push({ pointer, kind: event.type, next: 0 });
    }
  }

  #pointerOf(
    parent:
      | { pointer: string; kind: Event["type"]; next: number; key?: { name: string; offset: number } | undefined }
      | undefined,
    offset: number,
  ): string {
    if (!parent || parent.kind === EVENT_ID.DOCUMENT) {
      this.documents.push(offset);
      if (this.documents.length === 1) this.#places.set("", { key: undefined, value: offset });
      return "";
    }
    if (parent.kind === EVENT_ID.SEQUENCE) {
      const pointer = `${parent.pointer}/${parent.next}`;
      parent.next += 1;
      this.#places.set(pointer, { key: undefined, value: offset });
      return pointer;
    }
    const { name, offset: keyOffset } = parent.key ?? { name: "", offset };
    parent.key = undefined;
    const pointer = `${parent.pointer}/${escapePointer(name)}`;
    if (this.#places.has(pointer)) this.duplicates.push({ pointer, key: name, offset: keyOffset });
    else this.#places.set(pointer, { key: keyOffset, value: offset });
    return pointer;
  }
}

export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function offsetOf(event: Exclude<Event, { type: typeof EVENT_ID.DOCUMENT } | { type: typeof EVENT_ID.POP }>): number {
  if (event.type === EVENT_ID.SCALAR) {
    const quoted = event.style === 2 || event.style === 3;
    return Math.max(0, quoted ? event.valueStart - 1 : event.valueStart);
  }
  return Math.max(0, event.type === EVENT_ID.ALIAS ? event.anchorStart - 1 : event.start);
}
