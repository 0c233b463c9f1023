import assert from "node:assert/strict";
import { isHpcnbError } from "../errors.js";
import type { Host } from "../host.js";
import type { StorageReadiness } from "../readiness.js";
import { encodeRecord } from "../records.js";
import type { TestFunctions } from "./test-functions.js";

export interface ReadinessConformanceOptions {
  /** For the report. */
  readonly name: string;
  /** Called for each test. */
  create(): StorageReadiness;
}

const run = "thisrun";
const own = { run, state: "running" };
const old = { run: "anotherrun", state: "running" };

type Check = (readiness: StorageReadiness) => Promise<void>;

const behaviours: Readonly<Record<string, Check>> = {
  "tells jobs how to wait, by plain data": async (readiness) => {
    const told = readiness.forJob();
    assert.deepEqual(JSON.parse(JSON.stringify(told)), told);
    assert.ok(Number.isFinite(told.seconds) && told.seconds >= 0, `${told.seconds} is no number of seconds`);
    assert.ok(["content", "delay", "own"].includes(told.strategy), `jobs know no strategy ${told.strategy}`);
    if (told.strategy === "own") assert.match(told.source, /^def wait\(/m);
  },
  "reads records in the order asked": async (readiness) => {
    const texts = { "/a": encodeRecord({ ...own, name: "a" }), "/b": encodeRecord({ ...own, name: "b" }) };
    const read = await readiness.read(hostWith(texts), ["/b", "/a"], run);
    assert.deepEqual(
      read.map((record) => record?.name),
      ["b", "a"],
    );
  },
  "has nothing for what is not there yet": async (readiness) => {
    assert.deepEqual(await readiness.read(hostWith({}), ["/gone"], run), [undefined]);
  },
  "believes no record of another run": (readiness) => expectDoubt(readiness, encodeRecord(old)),
  "believes no half of a record": async (readiness) => {
    const [before, after] = ["waiting", "running"].map((state) => encodeRecord({ run, state, x: state.repeat(200) }));
    await expectDoubt(readiness, `${after?.slice(0, 900)}${before?.slice(900)}`);
  },
  "sees a record that has changed": async (readiness) => {
    const texts = { "/a": encodeRecord({ run, state: "waiting" }) };
    const host = hostWith(texts);
    await readiness.read(host, ["/a"], run);
    texts["/a"] = encodeRecord(own);
    assert.equal((await readiness.read(host, ["/a"], run))[0]?.state, "running");
  },
};

/** Declares the contract of `StorageReadiness` as tests. */
export function readinessConformance({ describe, it }: TestFunctions, options: ReadinessConformanceOptions): void {
  describe(`${options.name} as a readiness strategy`, () => {
    for (const [sentence, check] of Object.entries(behaviours)) it(sentence, () => check(options.create()));
  });
}

/** That it stays so is worth an error. */
async function expectDoubt(readiness: StorageReadiness, text: string): Promise<void> {
  try {
    assert.deepEqual(await readiness.read(hostWith({ "/a": text }), ["/a"], run), [undefined]);
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_STATE_UNREADABLE")) throw error;
  }
}

/** A host that has these files, and on which every command succeeds. */
function hostWith(texts: Readonly<Record<string, string>>): Host {
  const run: Host["run"] = async (argv) => ({ argv, exitCode: 0, stdout: "", stderr: "" });
  return { name: "a host", run, readFiles: async (paths) => paths.map((path) => texts[path]) } as Host;
}
