import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { root, trackedFiles } from "./repository.js";

/** What names of a span of time end with. Decision 0017. */
const spans =
  "timeout|pause|patience|delay|lag|every|limit|lifetime|silence|interval|wait|waited|slack|lateness|walltime" +
  "|duration|age|ahead|heartbeat|persist|elapsed|backoff|period|grace|roundTrip";
/** A number is declared: `name: number`, `name?: number`, `name = 5`. */
const numbers = /#?\b([A-Za-z]\w*)\??(?::\s*number\b(?!\[)| = (?=[\d(]))/g;
const spanName = new RegExp(`(^|[a-z])(${spans})$`, "i");
/** A doc comment that tells the unit of the name below it. */
const told = /\/\*\*[\s*]*(Milliseconds|Seconds)\b[^/]*?\*\/\s*(?:(?:export|const|let|readonly)\s+)*#?(\w+)/g;

/** Names without a unit, which others read by these names or which are no time. */
const allowed: Record<string, readonly string[]> = {
  "packages/adapter-mock/src/control.ts": ["slowAnswers"],
  "packages/adapter-mock/src/job.ts": ["runningSince"],
  "packages/cli/src/report/render-status.ts": ["now"],
  "packages/client/src/views/session-view.ts": ["walltime", "timeout"],
  "packages/core/src/clock.ts": ["now"],
  "packages/core/src/job-times.ts": ["walltime"],
  "packages/core/src/readiness.ts": ["seconds"],
  "packages/core/src/session-file/positions.ts": ["limit"],
  "packages/core/src/session/session-schema.ts": ["walltime"],
  "packages/jupyter/src/app/parameters.ts": ["walltime"],
  "packages/jupyter/src/app/report.ts": ["beganSchema"],
  "packages/jupyter/src/ipyparallel/parameters.ts": ["heartbeat", "silence"],
};

/** The names in a source text that have a time's unit nowhere, or only in a comment. */
function namesWithoutUnit(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
  const declared = [...code.matchAll(numbers)].flatMap(([, name = ""]) => (spanName.test(name) ? [name] : []));
  const commented = [...source.matchAll(told)].flatMap(([, , name = ""]) =>
    /(Ms|Seconds)$|^(type|function)$/.test(name) ? [] : [name],
  );
  return [...declared, ...commented];
}

describe("Times", () => {
  it("have their unit in their names", async () => {
    const files = await trackedFiles("packages/*/src/*.ts", "packages/*/src/**/*.ts");
    const found: Record<string, string[]> = {};
    for (const file of files) {
      const names = namesWithoutUnit(await readFile(join(root, file), "utf8"));
      const others = names.filter((name) => !allowed[file]?.includes(name));
      if (others.length > 0) found[file] = others;
      const unused = allowed[file]?.filter((name) => !names.includes(name)) ?? [];
      expect(unused, `${file} no longer needs to be allowed`).to.deep.equal([]);
    }
    expect(found, "end the name with Ms, or with Seconds where another program counts so").to.deep.equal({});
    expect(files).to.include.members(Object.keys(allowed));
  });

  it("are found where they have none", () => {
    const source = [
      "const retryEvery = 250;",
      "const retryEveryMs = 250;",
      "interface A {\n  readonly timeout?: number;\n  readonly limit: AbortSignal;\n}",
      "for (let pause = (1); ; ) {}",
      "/** Milliseconds that a login may take. */\nexport const login = 5_000;",
      "/** Milliseconds. */\nexport function took() {}",
    ].join("\n");
    expect(namesWithoutUnit(source)).to.deep.equal(["retryEvery", "timeout", "pause", "login"]);
  });
});
