import { expect } from "chai";
import { processorTime, type Reader, readOrRefuse } from "./fuzz.js";
import { fixtures } from "./readers/fixtures.js";
import { readers } from "./readers/index.js";

/** Characters. What takes a time that grows with the square of it takes minutes. */
const length = 50_000;

/** Milliseconds of the processor. */
const mostTime = 3_000;

/** What repeated makes a text that a pattern, a parser or a stack may fail on. */
const units = [
  ...["x", "0", "9", " ", "\n", "\t", "\r", "-", ",", ":", ".", "'", '"', "\\", "\u001b[", "\u001b[1;", "ü", "\ud800"],
  ...[
    "a ",
    " a",
    "a\n",
    "\n ",
    "- ",
    "[",
    "{",
    '{"a":',
    "[{",
    "a: ",
    "a:\n ",
    "&a ",
    "*a ",
    "? ",
    "! ",
    "# ",
    "<a>",
    "<a",
    "&a;",
  ],
  ...["1-2,", "1-1000000000,", "1-1000000000:3,", "9-1,", "(", "()", "=", "a=b ", "hpcnb-ab ", "hpcnb-ab end 0\n"],
];

const job = fixtures("packages/adapter-sge/test/fixtures", /^qstat-arrays\.xml$/)[0] ?? "";
const longNumber = "9".repeat(length);

describe("Extreme inputs", function () {
  this.timeout(600_000);

  for (const reader of readers.filter(({ extreme }) => extreme)) {
    it(`take ${reader.name} no long time`, async () => {
      const slow: string[] = [];
      for (const [name, text] of texts()) {
        const took = await timeOf(reader, text);
        if (took > mostTime) slow.push(`${JSON.stringify(name)}: ${Math.round(took)} ms`);
      }
      expect(slow).to.deep.equal([]);
    });
  }
});

function* texts(): Generator<[name: string, text: string]> {
  for (const unit of units) {
    const text = unit.repeat(Math.ceil(length / unit.length));
    yield [unit, text];
    yield [`x${unit}x`, `x${text}x`];
    yield [`a job whose tasks are ${unit}`, job.replaceAll(/<tasks>[^<]*</g, `<tasks>${text}<`)];
    yield [`a job whose name is ${unit}`, job.replaceAll(/<JB_name>[^<]*</g, `<JB_name>${text}<`)];
    yield [`a key that is ${unit}`, `notebook: { directory: . }\n${JSON.stringify(text)}: 1\n`];
    yield [
      `a value that is ${unit}`,
      `notebook: { directory: ${JSON.stringify(text)}, password: ${JSON.stringify(text)} }\n`,
    ];
    yield [
      `a time that is ${unit}`,
      `notebook: { directory: . }\nname: ${JSON.stringify(text)}\nresources: { walltime: ${JSON.stringify(text)} }\n`,
    ];
  }
  for (const tasks of [
    "1-1000000000:1",
    "1-1000000000:3",
    `1-${longNumber}:1`,
    `${longNumber}-1:1`,
    "1-999999999,2-999999999",
  ])
    yield [tasks.slice(0, 30), job.replaceAll(/<tasks>[^<]*</g, `<tasks>${tasks}<`)];
  yield [
    "many keys",
    `notebook: { directory: . }\n${Array.from({ length: 20_000 }, (_, key) => `k${key}: 1\n`).join("")}`,
  ];
  yield [
    "many groups",
    `notebook: { directory: . }\ncluster: { groups: [${"{ name: a, engines: 1 }, ".repeat(20_000)}] }\n`,
  ];
  yield ["many words", Array.from({ length: 20_000 }, (_, key) => `key${key} value\n`).join("")];
  yield ["an array of 1000000000 tasks", 'Your job-array 7.1-1000000000:1 ("n") has been submitted\n'];
}

async function timeOf(reader: Reader, text: string): Promise<number> {
  const input = reader.extreme?.(text);
  const start = processorTime();
  await readOrRefuse(reader, input);
  return processorTime() - start;
}
