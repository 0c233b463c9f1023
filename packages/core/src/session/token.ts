import * as v from "valibot";
import { check } from "../checked.js";
import { HpcnbError } from "../errors.js";
import type { Host } from "../host.js";
import { checkRecord, damagedHint } from "../records.js";
import { secretsPath } from "./layout.js";
import type { SessionRecord } from "./session-record.js";

const tokenSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{8,128}$/));

interface TokenSource {
  readonly host: Host;
  /** The record of the run that it belongs to. */
  readonly record: SessionRecord;
}

/** The token of the notebook's server. */
export class ServerToken {
  readonly #source: () => TokenSource;
  readonly #signal: AbortSignal | undefined;
  #known: { readonly run: string; readonly text: string } | undefined;

  constructor(source: () => TokenSource, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** As this command has read it last: see `read`. */
  async get(): Promise<string> {
    const known = this.#known;
    return known !== undefined && known.run === this.#source().record.run.id ? known.text : this.read();
  }

  /** The notebook does not know it: somebody may have renewed it. */
  forget(): void {
    this.#known = undefined;
  }

  /**
   * @throws HPCNB_NO_SESSION without a record, HPCNB_STATE_UNREADABLE when the run's file is not
   *   there or damaged.
   */
  async read(): Promise<string> {
    const { host, record } = this.#source();
    const text = await readToken(host, record, this.#signal);
    this.#known = { run: record.run.id, text };
    return text;
  }
}

async function readToken(host: Host, { run }: SessionRecord, signal: AbortSignal | undefined): Promise<string> {
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
