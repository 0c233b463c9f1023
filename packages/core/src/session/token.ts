import * as v from "valibot";
import { check } from "../checked.js";
import { HpcnbError } from "../errors.js";
import type { Host } from "../host.js";
import { checkRecord, damagedHint } from "../records.js";
import { secretsPath } from "./layout.js";
import type { SessionRecord } from "./session-record.js";

const tokenSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{8,128}$/));

/**
 * The notebook server's token. @throws HPCNB_STATE_UNREADABLE when the run's file is not there or
 * damaged.
 */
export async function readToken(host: Host, { run }: SessionRecord, signal?: AbortSignal): Promise<string> {
  const path = secretsPath(run);
  const [text] = await host.readFiles([path], signal);
  const secrets = text === undefined ? { problem: "it is gone" } : checkRecord(text, run.id);
  const token = check(tokenSchema, secrets.value?.token);
  if (token.problem === undefined) return token.value;
  throw new HpcnbError(
    "HPCNB_STATE_UNREADABLE",
    `${path} on ${host.name}, which holds the token of the notebook's server, is damaged: ${secrets.problem ?? `token: ${token.problem}`}.`,
    { hint: damagedHint },
  );
}
