import fc from "fast-check";

/**
 * Texts that readers have stumbled over: what ends a line, a word or a quote, and what other
 * programs take for a command.
 */
const pieces = [
  ...[
    "",
    "\0",
    "\u001b[31m",
    "\u009b2J",
    "\u202e",
    "\u2028",
    "\ud800",
    "\n",
    "\r\n",
    "\t",
    "'",
    '"',
    "\\",
    "$(id)",
    "`id`",
  ],
  ...[
    "../../..",
    "__proto__",
    "constructor",
    "-oProxyCommand=x",
    "~",
    "~root",
    ":",
    "::",
    "@",
    "null",
    "true",
    "[]",
    "{}",
  ],
  ...["0", "-1", "1e309", "NaN", "99999999999999999999", "9007199254740993", "1-9:2", "5-3", "1-3,2-9", "1-1000000000"],
  ...[
    "1-1000000000:3",
    "00",
    "1-3:0",
    "&a *a",
    "<<: *x",
    "!!js/function 'x'",
    "!<\u001b>x",
    "*\u001b",
    "- - - -",
    "? ",
    "|\n",
  ],
  ...[
    ">\n",
    "%YAML 9.9\n",
    "---\n",
    "...\n",
    "<![CDATA[",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "&a;",
    "&#0;",
    "&#27;",
    "]]>",
  ],
];

const edit = fc.record({
  kind: fc.constantFrom("insert", "remove", "repeat", "replace", "cut", "swap", "number", "word"),
  at: fc.nat(1_000_000),
  length: fc.nat(20),
  text: fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 5 })),
});

type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** Texts that are nearly right, now and then any text at all. */
export function textsLike(examples: readonly string[]): fc.Arbitrary<string> {
  const nearly = fc
    .tuple(fc.constantFrom(...examples), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([text, edits]) => edits.reduce(edited, text));
  return fc.oneof(
    { arbitrary: nearly, weight: 8 },
    { arbitrary: fc.string({ unit: "binary", maxLength: 300 }), weight: 1 },
    { arbitrary: fc.json({ maxDepth: 4 }), weight: 1 },
  );
}

function edited(text: string, { kind, at: anywhere, length, text: piece }: Edit): string {
  const at = anywhere % (text.length + 1);
  if (kind === "insert") return text.slice(0, at) + piece + text.slice(at);
  if (kind === "remove") return text.slice(0, at) + text.slice(at + length);
  if (kind === "repeat")
    return text.slice(0, at) + text.slice(at, at + length).repeat(2 + (anywhere % 3)) + text.slice(at);
  if (kind === "replace") return text.slice(0, at) + piece + text.slice(at + piece.length);
  if (kind === "cut") return text.slice(0, at);
  if (kind === "number") return replacedNth(text, /\d+/g, anywhere, piece);
  if (kind === "word") return replacedNth(text, /\w+/g, anywhere, piece);
  const lines = text.split("\n");
  const [one, other] = [anywhere % lines.length, length % lines.length];
  [lines[one], lines[other]] = [lines[other] ?? "", lines[one] ?? ""];
  return lines.join("\n");
}

function replacedNth(text: string, pattern: RegExp, nth: number, piece: string): string {
  const found = [...text.matchAll(pattern)];
  const match = found[nth % Math.max(1, found.length)];
  return match ? text.slice(0, match.index) + piece + text.slice(match.index + match[0].length) : text;
}

const values = fc.oneof(
  fc.constantFrom<unknown>(null, 0, -1, 0.5, 1e300, 2 ** 53, true, "", "x", [], {}, [null], { a: null }, undefined),
  fc.constantFrom(...pieces),
  fc.jsonValue({ maxDepth: 2 }),
);

const change = fc.record({ kind: fc.constantFrom("set", "set", "remove", "add"), at: fc.nat(1_000), value: values });

/** Values that are nearly like one of the examples. */
export function valuesLike(examples: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.tuple(fc.constantFrom(...examples), fc.array(change, { maxLength: 4 })).map(([example, changes]) => {
    const holder = { value: structuredClone(example) };
    for (const { kind, at, value } of changes) applyChange(holder, { kind, at, value: structuredClone(value) });
    return holder.value;
  });
}

function applyChange(holder: object, { kind, at, value }: { kind: string; at: number; value: unknown }): void {
  const places = placesIn(holder);
  const place = places[at % places.length];
  if (!place) return;
  const { parent, key } = place;
  if (kind === "set") parent[key] = value;
  else if (kind === "remove" && Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (kind === "remove") delete parent[key];
  else if (Array.isArray(parent)) parent.push(value);
  // An own key, as JSON.parse makes them: assigning would change the prototype.
  else
    Object.defineProperty(parent, ["__proto__", "constructor", "extra"][at % 3] ?? "", {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: object): Place[] {
  return Object.entries(value).flatMap(([key, child]) => [
    { parent: value as Record<string, unknown>, key },
    ...(typeof child === "object" && child !== null ? placesIn(child) : []),
  ]);
}
