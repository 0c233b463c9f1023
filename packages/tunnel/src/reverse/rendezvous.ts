import {
  check,
  checkRecord,
  encodeRecord,
  type Host,
  HpcnbError,
  hostNameSchema,
  portSchema,
  type RunFiles,
  rendezvousPaths,
} from "@hpcnb/core";
import * as v from "valibot";

/** A record has room for so many keepers, with so much JSON of names and addresses each. */
const mostKeepers = 4;
const longestHosts = 800;

/** The job tells news at most so often, and the host looks for them meanwhile. */
const newsLimitMs = 3_000;

const keeperSchema = v.object({
  /** Another one each time that a keeper listens. */
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{12}$/)),
  port: portSchema,
  /** The submit node's names and addresses. */
  hosts: v.array(hostNameSchema),
});
export type KeeperOffer = v.InferOutput<typeof keeperSchema>;

const rendezvousSchema = v.object({
  keepers: v.array(keeperSchema),
  /** Those that keepers may listen on. */
  ports: v.exactOptional(v.object({ low: portSchema, high: portSchema })),
});
export type Rendezvous = v.InferOutput<typeof rendezvousSchema>;

/** Why the job does not reach a keeper, by the keeper's id. */
const diallingSchema = v.object({
  problems: v.record(v.string(), v.pipe(v.string(), v.maxLength(4_000))),
});

/** @throws HPCNB_TUNNEL for a run without such a record. */
export async function readRendezvous(host: Host, run: RunFiles, signal?: AbortSignal): Promise<Rendezvous> {
  const path = rendezvousPaths(run).keepers;
  const [text] = await host.readFiles([path], signal);
  const record = text === undefined ? { problem: "it is not there" } : checkRecord(text, run.id);
  const rendezvous = check(rendezvousSchema, record.value);
  if (rendezvous.problem === undefined) return rendezvous.value;
  throw new HpcnbError(
    "HPCNB_TUNNEL",
    `${path} on ${host.name}, which tells the notebook job whom to dial, cannot be used: ${record.problem ?? rendezvous.problem}.`,
    {
      hint: "The job was started for another tunnel.kind, or by an older hpcnb: `hpcnb down` and `hpcnb up` start it again.",
    },
  );
}

/**
 * Tells the notebook job whom to dial: this keeper, and those of other machines. The oldest, at the
 * end, is left out where there is no room. When two keepers write at the same moment, one may be
 * lost: its opening fails, and it is tried again.
 */
export async function writeRendezvous(
  host: Host,
  run: RunFiles,
  { keepers, ...rest }: Rendezvous,
  signal?: AbortSignal,
): Promise<void> {
  const fitted = keepers.slice(0, mostKeepers).map((keeper) => ({ ...keeper, hosts: fitting(keeper.hosts) }));
  const text = encodeRecord({ run: run.id, ...rest, keepers: fitted });
  await host.writeFiles([{ path: rendezvousPaths(run).keepers, text, inPlace: true }], signal);
}

function fitting(hosts: readonly string[]): string[] {
  return hosts.filter((_, index) => JSON.stringify(hosts.slice(0, index + 1)).length <= longestHosts);
}

/** Waits for the job's word that it cannot reach this keeper. */
export async function whyNotDialled(
  host: Host,
  run: RunFiles,
  { id }: Pick<KeeperOffer, "id">,
  signal: AbortSignal,
): Promise<string> {
  const path = rendezvousPaths(run).dialling;
  let known: string | undefined;
  for (;;) {
    [known] = await host.readFiles([path], signal, { known: [known], limitMs: newsLimitMs });
    const problem = problemOf(id, known ?? "", run);
    if (problem !== undefined) return problem;
  }
}

/** What the job's record says of one keeper. Pure. */
export function problemOf(id: string, text: string, run: RunFiles): string | undefined {
  return check(diallingSchema, checkRecord(text, run.id).value).value?.problems[id];
}
