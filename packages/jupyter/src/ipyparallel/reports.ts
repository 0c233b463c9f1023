import { inflateSync } from "node:zlib";
import { hostNameSchema, mostEngines } from "@hpcnb/core";
import type { ControllerReport, EngineReport, EngineReports } from "@hpcnb/core/session";
import * as v from "valibot";
import { endOf, type Fields, readReport, secondsSchema } from "../launch/reports.js";

/** A controller that an older hpcnb started does not tell its seconds. */
const controllerSchema = v.object({ host: hostNameSchema, storageSeconds: v.exactOptional(secondsSchema) });

/**
 * A letter for each engine, in the order of their numbers, deflated and in base64: see
 * controller.py.
 */
const packedSchema = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      // A few bytes could be inflated to a thousand times as many.
      return readEngines(inflateSync(Buffer.from(dataset.value, "base64"), { maxOutputLength: mostEngines }));
    } catch (error) {
      addIssue({ message: `cannot be inflated: ${(error as Error).message}` });
      return NEVER;
    }
  }),
);

const enginesSchema = v.object({ engines: v.exactOptional(packedSchema) });

/** @throws HPCNB_STATE_UNREADABLE */
export function clusterReports([controller, engines]: readonly (Fields | undefined)[]) {
  return { controller: controllerReport(controller), engines: engineReports(engines) };
}

function controllerReport(record: Fields | undefined): ControllerReport {
  if (record === undefined) return { state: "waiting" };
  const { state } = record;
  if (state !== "started" && state !== "answering") return endOf(record, "controller");
  return { state, ...readReport(controllerSchema, record, "controller") };
}

function engineReports(record: Fields | undefined): EngineReports {
  return (record && readReport(enginesSchema, record, "engines").engines) ?? new Map();
}

const reportOfLetter: Readonly<Record<string, EngineReport>> = {
  r: "registered",
  a: "restarted",
  x: "lost",
  d: "retired",
};

function readEngines(letters: Uint8Array): EngineReports {
  const known = new Map<number, EngineReport>();
  letters.forEach((letter, index) => {
    const report = reportOfLetter[String.fromCharCode(letter)];
    if (report !== undefined) known.set(index + 1, report);
  });
  return known;
}
