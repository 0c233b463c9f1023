import { readSessionText, sessionSchema } from "@hpcnb/core/session-file";
import { expect } from "chai";

interface Node {
  readonly type: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

/** A value of each type of JSON that no key takes for anything else. */
const samples: Readonly<Record<string, unknown>> = {
  string: "\n",
  number: -0.5,
  boolean: true,
  array: [],
  object: {},
  null: null,
};

/** The keys to every value that the schema knows; 0 stands for a list's first item. */
function pathsOf(
  node: Node,
  path: readonly (string | number)[] = [],
): { path: readonly (string | number)[]; node: Node }[] {
  return [
    { path, node },
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => pathsOf(child, [...path, key])),
    ...(node.items ? pathsOf(node.items, [...path, 0]) : []),
  ];
}

function documentWith(path: readonly (string | number)[], text: string): string {
  return [...path].reverse().reduce<string>((inner, key) => (key === 0 ? `[${inner}]` : `{"${key}": ${inner}}`), text);
}

function written(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => (key === 0 ? `${text}[0]` : `${text}${text && "."}${key}`), "");
}

describe("a wrong type", () => {
  for (const { path, node } of pathsOf(sessionSchema).filter(({ path }) => path.length > 0)) {
    it(`of ${written(path)} is one problem, told in its place`, async () => {
      const taken = new Set([node.type].flat());
      for (const [type, sample] of Object.entries(samples).filter(([type]) => !taken.has(type))) {
        const text = documentWith(path, JSON.stringify(sample));
        const { session, problems } = await readSessionText(text, "s.yaml");
        expect(session, type).to.equal(undefined);
        // The document has no more than this key, so others may be missing: those are told, too.
        const [problem, ...more] = problems.filter(({ message }) => !message.includes(" is missing"));
        expect(more, type).to.deep.equal([]);
        expect(problem?.message.startsWith(`${written(path)} must be `), `${type}: ${problem?.message}`).to.equal(true);
        expect(problem, type).to.include({ line: 1, column: documentWith(path, "@").indexOf("@") + 1 });
      }
    });
  }
});
