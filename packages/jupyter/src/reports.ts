import { inflateSync } from "node:zlib";
import type { ControllerReport, Endpoint, EngineReports, EngineWord, NotebookReport, Reports } from "@hpcnb/core";

type Fields = Readonly<Record<string, unknown>>;

/** What the programs in ../python publish, in the vocabulary of the life cycle. */
export function reportsOf([notebook, controller, engines]: readonly (Fields | undefined)[]): Reports {
  return {
    notebook: notebookReport(notebook),
    controller: controllerReport(controller),
    engines: typeof engines?.engines === "string" ? readEngines(engines.engines) : new Map(),
  };
}

function notebookReport(record: Fields | undefined): NotebookReport {
  const host = String(record?.host);
  const storageSeconds = Number(record?.storage_seconds);
  switch (record?.state) {
    case "started":
      return { state: "started", host, storageSeconds };
    case "answering":
      return {
        state: "answering",
        host,
        storageSeconds,
        endpoint: record.endpoint as Endpoint,
        server: String(record.server),
        ...(typeof record.note === "string" ? { note: record.note } : {}),
        ...unreachableCluster(record.unreachable_cluster),
      };
    default:
      return endOf(record) ?? { state: "waiting" };
  }
}

/** The cluster's directory names its generation. */
function unreachableCluster(directory: unknown): { unreachableCluster?: number } {
  const generation = /^cluster-(\d+)$/.exec(String(directory))?.[1];
  return generation === undefined ? {} : { unreachableCluster: Number(generation) };
}

function controllerReport(record: Fields | undefined): ControllerReport {
  if (record?.state === "started" || record?.state === "answering") {
    const seconds = record.storage_seconds;
    const storage = typeof seconds === "number" ? { storageSeconds: seconds } : {};
    return { state: record.state, host: String(record.host), ...storage };
  }
  return endOf(record) ?? { state: "waiting" };
}

function endOf(
  record: Fields | undefined,
): Extract<ControllerReport, { readonly state: "failed" | "ended" }> | undefined {
  if (record?.state === "ended") return { state: "ended" };
  if (record?.state !== "failed") return undefined;
  return {
    state: "failed",
    problem: String(record.problem),
    ...(typeof record.hint === "string" ? { hint: record.hint } : {}),
  };
}

const words: Readonly<Record<string, EngineWord>> = { r: "registered", a: "restarted", x: "lost", d: "retired" };

/** A letter for each engine, in the order of their numbers, deflated and in base64: see controller.py. */
function readEngines(packed: string): EngineReports {
  const letters = inflateSync(Buffer.from(packed, "base64")).toString("ascii");
  return new Map(
    [...letters].flatMap((letter, index): [number, EngineWord][] => {
      const word = words[letter];
      return word === undefined ? [] : [[index + 1, word]];
    }),
  );
}
