import type { Host, HpcnbError } from "@hpcnb/core";
import { readRecord } from "@hpcnb/core/session";
import { expect } from "chai";

const directory = "/home/alice/project";
const run = { id: "abcdefghij", directory: `${directory}/.hpcnb/runs/abcdefghij` };
const good = {
  format: 1,
  name: "demo",
  app: "lab",
  run,
  scheduler: { plugin: "sge", options: { prototype: "kept" } },
  startedAt: "2026-01-01T00:00:00Z",
  cluster: { generation: 1, inNotebook: false, wanted: { prototype: 4 } },
  jobs: [
    { role: "notebook", name: "demo-notebook-abcdefghij", id: "1" },
    {
      role: "engines",
      name: "demo-engines-abcdefghij",
      id: "7.server",
      array: { group: "prototype", first: 1, last: 4, dismissed: [{ first: 2, last: 3 }] },
    },
  ],
};
const [notebook, engines] = good.jobs;
const array = engines?.array;

const reading = (text: string | undefined) =>
  readRecord({ name: "here", readFiles: async () => [text] } as unknown as Host, directory);

describe("a session's record", () => {
  it("is read as it was written, without the keys that a newer version has added", async () => {
    expect(await reading(JSON.stringify({ ...good, more: 1, run: { ...run, more: 1 } }))).to.deep.equal(good);
    expect(await reading(undefined)).to.equal(undefined);
  });

  const damage: Record<string, string> = {
    truncated: JSON.stringify(good).slice(0, 300),
    empty: "",
    zeros: "\0".repeat(700),
    null: "null",
    "a number": "7",
    "a list": "[]",
    ...Object.fromEntries(
      [
        { jobs: undefined },
        { jobs: null },
        { jobs: [null] },
        { jobs: {} },
        { jobs: [{ ...notebook, id: "-f" }] },
        { jobs: [{ ...notebook, id: "1\n2" }] },
        { jobs: [{ ...notebook, name: "" }] },
        { jobs: [{ ...notebook, role: "other" }] },
        { jobs: [{ ...notebook, array }] },
        { jobs: [{ ...engines, array: undefined }] },
        { jobs: [{ ...engines, array: { ...array, last: 1e12 } }] },
        { jobs: Array.from({ length: 20 }, () => ({ ...engines, array: { ...array, last: 100_000 } })) },
        { jobs: [{ ...engines, array: { ...array, dismissed: [], first: 5, last: 4 } }] },
        { jobs: [{ ...engines, array: { ...array, dismissed: 7 } }] },
        { jobs: [{ ...engines, array: { ...array, dismissed: [{ first: 1, last: 1e6 }] } }] },
        { jobs: [{ ...engines, array: { ...array, dismissed: [{ first: 3, last: 2 }] } }] },
        { run: {} },
        { run: { ...run, id: "" } },
        { run: { ...run, id: "a" } },
        { run: { ...run, id: "../../../x" } },
        { run: { ...run, directory: "relative" } },
        { run: { ...run, directory: "/somewhere/else" } },
        { name: "../../../../precious" },
        { name: "a\u001b]0;x\u0007" },
        { app: "other" },
        { scheduler: { plugin: "", options: {} } },
        { scheduler: { plugin: "sge", options: [] } },
        { cluster: { ...good.cluster, wanted: { engines: -1 } } },
        { cluster: { ...good.cluster, wanted: [] } },
        { cluster: { ...good.cluster, generation: 0 } },
        { ended: true },
        { ended: { at: "x", why: 7 } },
      ].map((change) => [JSON.stringify(change).slice(0, 80), JSON.stringify({ ...good, ...change })]),
    ),
  };
  for (const [what, text] of Object.entries(damage)) {
    it(`that is damaged is told so, with what still works: ${what}`, async () => {
      const error: HpcnbError = await reading(text).then(
        () => expect.fail("it was read"),
        (thrown) => thrown,
      );
      expect(error.code).to.equal("HPCNB_STATE_UNREADABLE");
      expect(error.message).to.match(/^\/home\/alice\/project\/\.hpcnb\/session\.json on here is damaged(: |, or )/);
      expect(error.hint).to.include("`hpcnb down` with the session file ends");
    });
  }

  it("of a newer version is told from a damaged one", async () => {
    const error = await reading(JSON.stringify({ ...good, format: 2, jobs: 7 })).catch((thrown) => thrown);
    expect(error.message).to.match(/was written by a newer hpcnb\.$/);
  });

  const shapes: Record<string, object> = {
    "without a format": { ...good, format: undefined },
    "with keys of other names": { ...good, jobs: undefined, tasks: good.jobs },
    "with an older format": { ...good, format: 0 },
  };
  for (const [what, record] of Object.entries(shapes)) {
    it(`that may be another version's is told so, with what still works: ${what}`, async () => {
      const error = await reading(JSON.stringify(record)).catch((thrown) => thrown);
      expect(error.message).to.include("is damaged, or another version of hpcnb has written it: ");
      expect(error.hint).to.include("`hpcnb down` with the session file ends");
    });
  }
});
