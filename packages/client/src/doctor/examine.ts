import { type ErrorCode, isHpcnbError } from "@hpcnb/core";

/** What a check has seen. A warning keeps no session from coming up. */
export interface Outcome {
  readonly state: "ok" | "warning";
  readonly text: string;
  readonly hint?: string | undefined;
}

export interface Check {
  readonly name: string;
  /** Names of the checks without which it makes no sense. */
  readonly needs?: readonly string[];
  /** @throws HpcnbError when a session could not come up. */
  run(): Promise<Outcome> | Outcome;
}

export interface Finding {
  readonly name: string;
  readonly state: Outcome["state"] | "failed" | "skipped";
  readonly text: string;
  /** What to do. */
  readonly hint?: string | undefined;
  readonly code?: ErrorCode;
  readonly seconds: number;
}

export interface Watcher {
  begin(name: string): void;
  end(finding: Finding): void;
}

/** Makes the checks in their order. What fails keeps only those from being made that need it. */
export async function examine(checks: readonly Check[], watcher: Watcher): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const begun = performance.now();
    watcher.begin(check.name);
    const missing = check.needs?.find((name) =>
      findings.some((found) => found.name === name && (found.state === "failed" || found.state === "skipped")),
    );
    const result =
      missing === undefined
        ? await resultOf(check)
        : ({ state: "skipped", text: `not looked at, because of ${missing}` } as const);
    const finding = { name: check.name, ...result, seconds: Math.round(performance.now() - begun) / 1000 };
    findings.push(finding);
    watcher.end(finding);
  }
  return findings;
}

async function resultOf(check: Check): Promise<Omit<Finding, "name" | "seconds">> {
  try {
    return await check.run();
  } catch (error) {
    if (!isHpcnbError(error) || error.code === "HPCNB_ABORTED") throw error;
    const { code, message, hint } = error;
    return { state: "failed", text: message, hint, code };
  }
}
