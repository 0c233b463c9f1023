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
import { typed, wordFor } from "../pasteable.js";
import { printResult, tell } from "../print.js";
import { createProgress } from "../report/progress.js";

export interface DoctorOptions {
  readonly session: string | undefined;
  /** Submits a tiny job, too. */
  readonly job: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * Looks, hop by hop, whether a session could come up.
 * @throws HPCNB_NOT_READY when it could not; all findings were printed then.
 */
export async function doctor({ session: argument, job, json, signal }: DoctorOptions): Promise<void> {
  if (argument !== undefined && parseAddress(argument)) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `doctor needs a session file, not only a place (${argument}).`);
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
        valid = await loadValidSession(findSessionFile(argument, tell), tell);
        return { state: "ok", text: `${valid.session.file} is valid` };
      },
    };
    const first = await examine([machineCheck, fileCheck], watcher);
    const rest = valid ? await examineSession(valid, { job, signal, watcher }) : await examine(alone(), watcher);
    progress.stop();
    report([...first, ...rest], { session: valid?.session, json });
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
  const context = processClient().open(valid);
  const examined: Examined = { context, signal, directory: "" };
  try {
    const checks = [
      ...hostChecks(examined),
      ...(job ? [jobCheck(examined)] : []),
      tunnelCheck(examined, plugins.tunnelKinds),
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

function report(checks: readonly Finding[], { session, json }: { session: Session | undefined; json: boolean }): void {
  const failed = checks.filter(({ state }) => state === "failed");
  if (json) printResult<"doctor">({ name: session?.name, ready: failed.length === 0, checks }, 2);
  if (failed.length > 0) {
    const names = failed.map((finding) => finding.name).join(", ");
    throw new HpcnbError("HPCNB_NOT_READY", `A session could not come up: ${names}.`, {
      hint: "The line below each of these says what to do.",
    });
  }
  if (session && !json) tell(`A session could come up: \`${typed("up", wordFor(session))}\`.`);
}
