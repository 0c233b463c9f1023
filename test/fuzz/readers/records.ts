import { createHash } from "node:crypto";
import {
  decodeRecord,
  encodeRecord,
  type JobStatus,
  readKeeperKeys,
  recordSize,
  rendezvousPaths,
  tunnelKeyFiles,
} from "@hpcnb/core";
import { advance, initialState, readRecord, type SessionRecord, troubledEngines } from "@hpcnb/core/session";
import { MemoryHost, makeSession } from "@hpcnb/core/testing";
import fc from "fast-check";
import { renderStatus } from "../../../packages/cli/src/report/render-status.js";
import { statusView } from "../../../packages/client/src/views/status-view.js";
import { stepsOf } from "../../../packages/client/src/views/steps.js";
import { createWorkload } from "../../../packages/jupyter/src/index.js";
import { makeTunnelKeys } from "../../../packages/tunnel/src/index.js";
import { problemOf, readRendezvous, writeRendezvous } from "../../../packages/tunnel/src/reverse/rendezvous.js";
import { notebookTls } from "../../../packages/tunnel/src/tls/notebook-tls.js";
import { defineReader, demand } from "../fuzz.js";
import { textsLike, valuesLike } from "../inputs.js";

const workload = createWorkload();
const run = "abcdefghij";

const record = {
  format: 1,
  name: "n",
  app: "lab",
  run: { id: run, directory: "/d/.hpcnb/runs/abcdefghij" },
  scheduler: { plugin: "local", options: {} },
  startedAt: "2026-11-25T10:00:00.000Z",
  cluster: { generation: 1, inNotebook: false, wanted: { engines: 4 }, unsettled: { before: { engines: 1 } } },
  jobs: [
    { role: "notebook", name: `n-notebook-${run}`, id: "1" },
    { role: "controller", name: `n-controller-${run}-1`, id: "2" },
    {
      role: "engines",
      name: `n-engines-${run}-1`,
      id: "3",
      array: { group: "engines", first: 1, last: 4, dismissed: [{ first: 1, last: 2 }] },
    },
  ],
};
const ended = { ...record, ended: { at: "2026-11-25T10:00:00.000Z", why: "y" } };

const notebook = {
  run,
  state: "answering",
  host: "h",
  storageSeconds: 0.1,
  endpoint: { kind: "socket", host: "h", path: "/p" },
  relay: { port: 50_000, addresses: ["h", "10.0.0.1"] },
  server: "JupyterLab",
  note: "x",
  unreachableCluster: 1,
};
const failed = { run, state: "failed", problem: "p", hint: "h" };
const controller = { run, state: "started", host: "h", storageSeconds: 1 };
const engines = { run, state: "answering", engines: "eJwrAgAAcwBz" };

const runFiles = { id: run, directory: "/d" };
const [, keeperKeys = { path: "", text: "" }] = tunnelKeyFiles(runFiles, await makeTunnelKeys());
const rendezvous = {
  run,
  keepers: [{ id: "0123456789ab", port: 50_000, hosts: ["login", "10.0.0.1", "fd00::1"] }],
  ports: { low: 50_000, high: 51_000 },
};
const dialling = { run, state: "dialling", problems: { "0123456789ab": "p" } };
const keysRecord = decodeRecord(keeperKeys.text, run);

/** What the scheduler lists while the records are read. */
const listed: JobStatus[] = [
  { id: "1", name: `n-notebook-${run}`, state: "running", native: "r" },
  {
    id: "3",
    name: `n-engines-${run}-1`,
    state: "running",
    native: "r",
    tasks: [
      { first: 1, last: 2, state: "running", native: "r" },
      { first: 3, last: 4, state: "queued", native: "qw" },
    ],
  },
];

/** All that a command does with what it has read. */
function live(read: SessionRecord, published?: readonly unknown[]): void {
  const wanted = { cluster: { minimum: 1 }, connection: true };
  const reports = published && workload.reports(published as Parameters<typeof workload.reports>[0]);
  let state = initialState;
  for (const event of [
    { type: "record-read", record: read } as const,
    { type: "jobs-listed", jobs: listed } as const,
    ...(reports ? [{ type: "reports-read", reports } as const] : []),
    { type: "jobs-listed", jobs: [] } as const,
    { type: "jobs-listed", jobs: [] } as const,
  ]) {
    state = advance(state, event, wanted);
    stepsOf(state, "probe");
  }
  const view = statusView(session, state, {
    differences: troubledEngines(state),
    directory: "/d",
    readiness: "probe",
    url: (baseUrl) => baseUrl,
  });
  renderStatus(view, { now: 0, called: "n" });
}

const session = makeSession({ name: "n" });

async function readAndLive(text: string): Promise<void> {
  const host = new MemoryHost();
  host.files.set("/d/.hpcnb/session.json", text);
  const read = await readRecord(host, "/d");
  if (!read) return;
  demand(/^[a-z0-9]{10}$/.test(read.run.id), () => `the run ${read.run.id}`);
  demand(/^[A-Za-z0-9][\w.-]*$/.test(read.name), () => `the name ${read.name}`);
  live(read);
}

export const records = [
  defineReader({
    name: "session.json",
    share: 4,
    inputs: fc.oneof(
      { arbitrary: valuesLike([record, ended]).map((value) => JSON.stringify(value) ?? ""), weight: 3 },
      { arbitrary: textsLike([JSON.stringify(record, null, 2)]), weight: 1 },
    ),
    regressions: [
      ...[
        { jobs: null },
        { jobs: [null] },
        { run: { id: "" } },
        { run: null },
        { name: "../../x" },
        { cluster: { wanted: 1 } },
      ].map((change) => JSON.stringify({ ...record, ...change })),
      "null",
      "\0\0",
      "",
    ],
    read: readAndLive,
  }),
  defineReader({
    name: "records of jobs",
    share: 2,
    inputs: fc.oneof(
      valuesLike([notebook, failed, controller, engines]).map(seal),
      textsLike([encodeRecord(notebook)]),
    ),
    regressions: ["null", "[]", "1", "{}"].map((json) => seal(JSON.parse(json))),
    read: (text) => {
      const decoded = decodeRecord(text, run);
      demand(decoded === undefined || (decoded.run === run && text.length === recordSize), () => text);
    },
  }),
  defineReader({
    name: "records of a rendezvous",
    share: 1,
    inputs: fc.oneof(valuesLike([rendezvous, dialling]).map(seal), textsLike([encodeRecord(rendezvous)])),
    regressions: [seal({ run, keepers: Array(5).fill({ ...rendezvous.keepers[0], hosts: Array(200).fill("h") }) })],
    read: async (text) => {
      problemOf("0123456789ab", text, runFiles);
      const host = new MemoryHost();
      host.files.set(rendezvousPaths(runFiles).keepers, text);
      await writeRendezvous(host, runFiles, await readRendezvous(host, runFiles));
    },
  }),
  defineReader({
    name: "keys of the keeper",
    share: 1,
    inputs: fc.oneof(valuesLike([keysRecord]).map(seal), textsLike([keeperKeys.text])),
    regressions: [seal({ ...keysRecord, peer: "-----BEGIN CERTIFICATE-----" })],
    read: async (text) => {
      const host = new MemoryHost();
      await host.writeFiles([{ path: keeperKeys.path, text }]);
      notebookTls(await readKeeperKeys(host, runFiles));
    },
  }),
  defineReader({
    name: "reports of jobs",
    share: 3,
    inputs: fc.tuple(
      valuesLike([notebook, failed, { run, state: "started", host: "h", storageSeconds: 1 }, { run, state: "ended" }]),
      valuesLike([controller, failed]),
      valuesLike([engines]),
    ),
    regressions: [
      [{ ...notebook, endpoint: undefined }, controller, engines],
      [notebook, controller, { ...engines, engines: "!!!" }],
      [{ ...notebook, host: "x\n  ProxyCommand y" }, controller, engines],
    ],
    read: (published) => live(record as SessionRecord, published.map(asPublished)),
  }),
];

/** Only an object gets out of `decodeRecord`. */
function asPublished(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

/** A record with a right checksum, whatever is in it. */
function seal(value: unknown): string {
  const room = recordSize - 65;
  const json = (JSON.stringify(value) ?? "null").replace(/[^ -~]/g, "?").slice(0, room);
  return `${json.padEnd(room)}${createHash("sha256").update(json.trimEnd(), "ascii").digest("hex")}\n`;
}
