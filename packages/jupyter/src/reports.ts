import { inflateSync } from "node:zlib";
import {
  absolutePathSchema,
  type ControllerReport,
  check,
  countSchema,
  damagedHint,
  type EngineReports,
  type EngineWord,
  HpcnbError,
  hostNameSchema,
  lineSchema,
  type NotebookReport,
  portSchema,
  type Reports,
} from "@hpcnb/core";
import * as v from "valibot";

type Fields = Readonly<Record<string, unknown>>;

/** What the programs in ../python publish, in the vocabulary of the life cycle. @throws HPCNB_STATE_UNREADABLE */
export function reportsOf([notebook, controller, engines]: readonly (Fields | undefined)[]): Reports {
  return {
    notebook: notebook ? notebookReport(notebook) : { state: "waiting" },
    controller: controller ? controllerReport(controller) : { state: "waiting" },
    engines: (engines && read(enginesSchema, engines, "engines").engines) ?? new Map(),
  };
}

/** Far above what a session can have: the letters are deflated, and a few bytes could be a thousand times as many. */
const mostEngines = 1_000_000;

const textSchema = v.pipe(v.string(), v.maxLength(4096));
const secondsSchema = v.pipe(v.number(), v.finite(), v.minValue(0));

/** Seconds since 1970. An older hpcnb's job does not tell. */
const beganSchema = v.exactOptional(v.pipe(secondsSchema, v.maxValue(8e12)));

const startedSchema = v.object({ host: hostNameSchema, storage_seconds: secondsSchema, began: beganSchema });

const answeringSchema = v.object({
  ...startedSchema.entries,
  endpoint: v.variant("kind", [
    v.object({ kind: v.literal("socket"), host: hostNameSchema, path: absolutePathSchema }),
    v.object({ kind: v.literal("port"), host: hostNameSchema, address: hostNameSchema, port: portSchema }),
  ]),
  server: lineSchema,
  note: v.exactOptional(textSchema),
  /** The cluster's directory, which names its generation. */
  unreachable_cluster: v.nullish(lineSchema),
  /** How often the token was changed. */
  renewals: v.exactOptional(countSchema),
});

/** A controller that an older hpcnb started does not tell its seconds. */
const controllerSchema = v.object({ host: hostNameSchema, storage_seconds: v.exactOptional(secondsSchema) });

const endedSchema = v.object({ seconds: v.exactOptional(secondsSchema), told: v.exactOptional(v.boolean()) });

const failedSchema = v.object({ problem: textSchema, hint: v.nullish(textSchema) });

/** A letter for each engine, in the order of their numbers, deflated and in base64: see controller.py. */
const packedSchema = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return readEngines(inflateSync(Buffer.from(dataset.value, "base64"), { maxOutputLength: mostEngines }));
    } catch (error) {
      addIssue({ message: `cannot be inflated: ${(error as Error).message}` });
      return NEVER;
    }
  }),
);

const enginesSchema = v.object({ engines: v.exactOptional(packedSchema) });

function read<S extends v.GenericSchema>(schema: S, record: Fields, job: string): v.InferOutput<S> {
  const { value, problem } = check(schema, record);
  if (problem === undefined) return value;
  throw new HpcnbError("HPCNB_STATE_UNREADABLE", `The record of the session's ${job} is damaged: ${problem}.`, {
    hint: damagedHint,
  });
}

function notebookReport(record: Fields): NotebookReport {
  if (record.state === "started") {
    const { host, storage_seconds: storageSeconds, began } = read(startedSchema, record, "notebook");
    return { state: "started", host, storageSeconds, ...startOf(began) };
  }
  if (record.state !== "answering") return endOf(record, "notebook");
  const { host, storage_seconds, began, endpoint, server, note, unreachable_cluster, renewals } = read(
    answeringSchema,
    record,
    "notebook",
  );
  const generation = /^cluster-(\d{1,8})$/.exec(unreachable_cluster ?? "")?.[1];
  return {
    state: "answering",
    host,
    storageSeconds: storage_seconds,
    ...startOf(began),
    endpoint,
    server,
    ...(note === undefined ? {} : { note }),
    ...(generation === undefined ? {} : { unreachableCluster: Number(generation) }),
    ...(renewals === undefined ? {} : { renewals }),
  };
}

function startOf(began: number | undefined): { startedAt?: string } {
  return began === undefined ? {} : { startedAt: new Date(began * 1000).toISOString() };
}

function controllerReport(record: Fields): ControllerReport {
  const { state } = record;
  if (state !== "started" && state !== "answering") return endOf(record, "controller");
  const { host, storage_seconds } = read(controllerSchema, record, "controller");
  return { state, host, ...(storage_seconds === undefined ? {} : { storageSeconds: storage_seconds }) };
}

/** A word that a newer version may say is not understood, and is no damage. */
function endOf(record: Fields, job: string): Extract<ControllerReport, { state: "failed" | "ended" | "waiting" }> {
  const { state } = read(v.object({ state: v.string() }), record, job);
  if (state === "ended") return { state, ...read(endedSchema, record, job) };
  if (state !== "failed") return { state: "waiting" };
  const { problem, hint } = read(failedSchema, record, job);
  return { state, problem, ...(hint == null ? {} : { hint }) };
}

const words: Readonly<Record<string, EngineWord>> = { r: "registered", a: "restarted", x: "lost", d: "retired" };

function readEngines(letters: Uint8Array): EngineReports {
  const known = new Map<number, EngineWord>();
  letters.forEach((letter, index) => {
    const word = words[String.fromCharCode(letter)];
    if (word !== undefined) known.set(index + 1, word);
  });
  return known;
}
