import { createHash } from "node:crypto";
import * as v from "valibot";
import { type Checked, checkJson } from "./checked.js";
import type { PublishedRecord } from "./readiness.js";

/**
 * A record is how one job tells another host a fact: ASCII JSON, padded with spaces to a fixed
 * size, then a checksum.
 *
 * It is prepared before the job is submitted and then overwritten in place with the same size. On
 * storage that caches names and attributes this is seen at the next open, where a new file, a grown
 * file or a replaced one may stay hidden for half a minute (measured: 4096 bytes read complete
 * after 7 ms under a 30 s attribute cache). The checksum tells a complete record from one that is
 * being written.
 */
export const recordSize = 4096;

const digestLength = 64;

/** What still works when a record of a run is damaged. */
export const damagedHint =
  "The jobs may go on: `hpcnb status` shows them, and `hpcnb logs` prints their logs. `hpcnb down` ends them; then `hpcnb up` starts the session again.";

/** @throws RangeError when the JSON does not fit. */
export function encodeRecord(record: PublishedRecord): string {
  const json = JSON.stringify(record).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const room = recordSize - digestLength - 1;
  if (json.length > room) throw new RangeError(`A record holds ${room} bytes, not ${json.length}.`);
  return `${json.padEnd(room)}${digest(json)}\n`;
}

/** The record in `text` if it is complete and of `run`; otherwise undefined. Pure. */
export function decodeRecord(text: string | undefined, run: string): PublishedRecord | undefined {
  return checkRecord(text ?? "", run).value;
}

/** The same, or why it is none: it is being written just now, or is damaged. Pure. */
export function checkRecord(text: string, run: string): Checked<PublishedRecord> {
  if (text.length !== recordSize) return { problem: `it has ${text.length} bytes instead of ${recordSize}` };
  const json = text.slice(0, recordSize - digestLength - 1).trimEnd();
  if (text.slice(-digestLength - 1) !== `${digest(json)}\n`)
    return { problem: "its checksum does not fit its content" };
  return checkJson(v.looseObject({ run: v.literal(run) }), json);
}

function digest(json: string): string {
  return createHash("sha256").update(json, "ascii").digest("hex");
}
