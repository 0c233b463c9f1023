import * as v from "valibot";
import { check } from "./checked.js";
import { HpcnbError } from "./errors.js";
import type { FileToWrite, Host } from "./host.js";
import { checkRecord, encodeRecord } from "./records.js";
import type { RunFiles } from "./tunnel.js";

/**
 * For a tunnel that crosses a network which others use, too: the notebook job and the keeper know
 * each other by TLS certificates that were made for one run, and trust no other.
 */
export interface TunnelKeys {
  readonly notebook: TlsIdentity;
  readonly keeper: TlsIdentity;
}

/** PEM texts. */
export interface TlsIdentity {
  readonly certificate: string;
  /** Private. */
  readonly key: string;
}

/** What one side has: its own identity, and the certificate of the only one that it trusts. */
export interface OwnTunnelKeys extends TlsIdentity {
  readonly peer: string;
}

export function tunnelKeysPath({ directory }: Pick<RunFiles, "directory">, side: keyof TunnelKeys): string {
  return `${directory}/tunnel-${side}.record`;
}

/** A record for each side, to be written before the run's jobs are submitted. Pure. */
export function tunnelKeyFiles(run: RunFiles, { notebook, keeper }: TunnelKeys): FileToWrite[] {
  const file = (side: keyof TunnelKeys, own: TlsIdentity, { certificate: peer }: TlsIdentity) => ({
    path: tunnelKeysPath(run, side),
    text: encodeRecord({ run: run.id, ...own, peer }),
  });
  return [file("notebook", notebook, keeper), file("keeper", keeper, notebook)];
}

const pemSchema = v.pipe(v.string(), v.maxLength(2000), v.startsWith("-----BEGIN "));
const ownKeysSchema = v.object({ certificate: pemSchema, key: pemSchema, peer: pemSchema });

/** The keeper's keys of a run. @throws HPCNB_TUNNEL when its file is not there or damaged. */
export async function readKeeperKeys(host: Host, run: RunFiles, signal?: AbortSignal): Promise<OwnTunnelKeys> {
  const path = tunnelKeysPath(run, "keeper");
  const [text] = await host.readFiles([path], signal);
  const record = text === undefined ? { problem: "it is not there" } : checkRecord(text, run.id);
  const keys = check(ownKeysSchema, record.value);
  if (keys.problem === undefined) return keys.value;
  throw new HpcnbError(
    "HPCNB_TUNNEL",
    `${path} on ${host.name}, which holds the keeper's keys, cannot be used: ${record.problem ?? keys.problem}.`,
    { hint: "`hpcnb down` and `hpcnb up` start the session again, with new keys." },
  );
}
