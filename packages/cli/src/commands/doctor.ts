import {
  type Check,
  type Examined,
  examine,
  type Finding,
  findSessionFile,
  hostChecks,
  jobCheck,
  loadValidSession,
  machineCheck,
  parseAddress,
  portCheck,
  tunnelCheck,
  type ValidSession,
} from "@hpcnb/client";
import { HpcnbError } from "@hpcnb/core";
import type { Session } from "@hpcnb/core/session-file";
import { browserCheck } from "../doctor/browser.js";
import { showFinding } from "../doctor/show.js";
import { typed, wordFor } from "../help/pasteable.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";
import { createAskingLoader } from "../printing/trust.js";
import { createProgress } from "../report/progress.js";

export interface DoctorOptions {
  readonly session: string | undefined;
  /** Submits a tiny job, too. */
  readonly job: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * Looks, hop by hop, whether a session could come up. Where it could not, the outcome is a failure
 * with HPCNB_NOT_READY; all findings are printed nevertheless.
 */
export async function doctor({ session: argument, job, json, signal }: DoctorOptions): Promise<Outcome<"doctor">> {
  if (argument !== undefined && parseAddress(argument)) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `doctor needs a session file: ${argument} is only an address.`);
  }
  const progress = createProgress({ isBrief: true });
  const watcher = {
    begin: (name: string) => progress.begin(`looking at: ${name}`),
    end: (finding: Finding) => {
      if (!json) showFinding(finding);
    },
  };
  try {
    let valid: ValidSession | undefined;
    const fileCheck: Check = {
      name: "file",
      run: async () => {
        valid = await loadValidSession(findSessionFile(argument, tell), {
          announce: tell,
          loader: createAskingLoader(),
          further: ({ limits }) => limits,
        });
        const { file, site } = valid.session;
        return { state: "ok", text: `${file} is valid${site ? `, with the site ${site.name}` : ""}` };
      },
    };
    const first = await examine([machineCheck, fileCheck], watcher);
    const rest = valid ? await examineSession(valid, { job, signal, watcher }) : await examine(alone(), watcher);
    return outcomeOf([...first, ...rest], valid?.session);
  } finally {
    progress.stop();
  }
}

/** What can be looked at without a session. */
function alone(): Check[] {
  return [portCheck(async () => ({ port: undefined, isOpen: false })), browserCheck(process.env, process.platform)];
}

async function examineSession(
  valid: ValidSession,
  { job, signal, watcher }: { job: boolean; signal: AbortSignal; watcher: Parameters<typeof examine>[1] },
): Promise<Finding[]> {
  const { session, plugins } = valid;
  const { processClient } = await import("../container.js");
  const context = (await processClient()).open(valid);
  const examined: Examined = { context, signal, directory: "" };
  try {
    const checks = [
      ...hostChecks(examined),
      ...(job ? [jobCheck(examined)] : []),
      tunnelCheck(examined, plugins.tunnels),
      ...(context.connector ? [portCheck(() => wantedPort(session, examined))] : []),
      browserCheck(process.env, process.platform),
    ];
    return await examine(checks, watcher);
  } finally {
    await context.host.dispose?.();
  }
}

async function wantedPort({ tunnel }: Session, { context, directory }: Examined) {
  const known = directory === "" ? undefined : await context.connector?.current(directory);
  return known
    ? { port: Number(new URL(known.baseUrl).port), isOpen: true }
    : { port: tunnel.localPort, isOpen: false };
}

function outcomeOf(checks: readonly Finding[], session: Session | undefined): Outcome<"doctor"> {
  const failed = checks.filter(({ state }) => state === "failed");
  const printed = { value: { name: session?.name, ready: failed.length === 0, checks }, indent: 2 };
  if (failed.length > 0) {
    const names = failed.map((finding) => finding.name).join(", ");
    const failure = new HpcnbError("HPCNB_NOT_READY", `A session could not come up: ${names}.`, {
      hint: "The line below each of these says what to do.",
      help: session?.site?.help,
    });
    return { ...printed, failure };
  }
  return { ...printed, notes: session ? [`A session could come up: \`${typed("up", wordFor(session))}\`.`] : [] };
}
