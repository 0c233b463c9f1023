import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from "js-yaml";
import { quote } from "./phrases.js";
import { escapePointer, type Offsets } from "./positions.js";

/** Something that YAML allows and a session file does not. */
export interface StructureFault {
  readonly offset: number;
  readonly message: string;
}

export interface Structure {
  readonly offsets: ReadonlyMap<string, Offsets>;
  readonly faults: readonly StructureFault[];
  /** Without one there is nothing in the text but comments. */
  readonly hasDocument: boolean;
  /** False when the document cannot be made into plain data. */
  readonly isPlain: boolean;
}

type ContentEvent = Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>;

/** A mapping or sequence, or the document itself, whose content is being read. */
interface Open {
  readonly kind: Event["type"];
  /** Undefined for what has no pointer: a key that is a collection, and all below it. */
  readonly pointer: string | undefined;
  readonly anchor: string | undefined;
  readonly keys: Set<string>;
  /** Items of a sequence so far. */
  items: number;
  /** A mapping's key whose value comes next. */
  key: { readonly name: string | undefined; readonly offset: number | undefined } | undefined;
}

/**
 * Finds the offsets of all values of the first document, and what is wrong with the structure of
 * the text.
 */
export function readStructure(source: string, events: readonly Event[]): Structure {
  const offsets = new Map<string, Offsets>();
  const faults: StructureFault[] = [];
  const open: Open[] = [];
  let hasDocument = false;
  let isPlain = true;
  let last = 0;

  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    if (event.type === EVENT_ID.DOCUMENT) {
      if (hasDocument) {
        const message = "a second YAML document begins here: the file must have only one";
        faults.push({ offset: Math.max(source.indexOf("\n---", last) + 1, last), message });
        break;
      }
      hasDocument = true;
      open.push(opened(event.type, "", undefined));
      continue;
    }
    const offset = offsetOf(source, event);
    last = offset ?? last;
    const parent = open.at(-1);
    if (!parent) throw new Error("js-yaml gave a value outside of any document");
    if (event.type === EVENT_ID.ALIAS && open.some(({ anchor }) => anchor === anchorOf(source, event))) {
      isPlain = false;
      faults.push({ offset: offset ?? last, message: "this alias is inside the value that it stands for" });
    }
    const isKey = parent.kind === EVENT_ID.MAPPING && parent.key === undefined;
    if (isKey && isCollection(event)) {
      isPlain = false;
      faults.push({ offset: offset ?? last, message: "a key must be a text, not a list or a mapping" });
    }
    const pointer = isKey ? readKey(parent, event, offset) : placeValue(parent, offset);
    if (isCollection(event)) open.push(opened(event.type, pointer, anchorOf(source, event)));
  }
  return { offsets, faults, hasDocument, isPlain };

  function readKey(parent: Open, event: ContentEvent, offset: number | undefined): undefined {
    const name = event.type === EVENT_ID.SCALAR ? getScalarValue(source, event) : undefined;
    parent.key = { name, offset };
    if (name === undefined) return;
    if (parent.keys.has(name)) {
      faults.push({
        offset: offset ?? last,
        message: `the key ${quote(name)} stands here for the second time`,
      });
    }
    parent.keys.add(name);
  }

  function placeValue(parent: Open, offset: number | undefined): string | undefined {
    const { key } = parent;
    parent.key = undefined;
    const pointer = childPointer(parent, key?.name);
    const value = offset ?? key?.offset;
    if (pointer !== undefined && value !== undefined) offsets.set(pointer, { key: key?.offset, value });
    return pointer;
  }
}

function opened(kind: Event["type"], pointer: string | undefined, anchor: string | undefined): Open {
  return { kind, pointer, anchor, keys: new Set(), items: 0, key: undefined };
}

function childPointer(parent: Open, key: string | undefined): string | undefined {
  if (parent.kind === EVENT_ID.DOCUMENT || parent.pointer === undefined) return parent.pointer;
  if (parent.kind === EVENT_ID.SEQUENCE) return `${parent.pointer}/${parent.items++}`;
  return key === undefined ? undefined : `${parent.pointer}/${escapePointer(key)}`;
}

function isCollection(event: ContentEvent): boolean {
  return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE;
}

function anchorOf(source: string, event: ContentEvent): string | undefined {
  return event.anchorStart < 0 ? undefined : source.slice(event.anchorStart, event.anchorEnd);
}

/**
 * Where a person sees the value begin; undefined for a value that is not written, as after `key:`.
 */
function offsetOf(source: string, event: ContentEvent): number | undefined {
  // An alias' name begins behind its "*".
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  if (event.type !== EVENT_ID.SCALAR) return event.start < 0 ? undefined : event.start;
  const { style, valueStart } = event;
  if (valueStart < 0) return undefined;
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) return valueStart - 1;
  // The text of a block begins on the line after its indicator.
  if (style === SCALAR_STYLE.LITERAL_BLOCK) return source.lastIndexOf("|", valueStart);
  return style === SCALAR_STYLE.FOLDED_BLOCK ? source.lastIndexOf(">", valueStart) : valueStart;
}
