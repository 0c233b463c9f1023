import { HpcnbError } from "@hpcnb/core";
import { typed } from "../help/pasteable.js";
import type { Outcome } from "../printing/outcome.js";
import { canAsk, createPrompts } from "../printing/prompts.js";
import { createProgress, silentProgress } from "../report/progress.js";

export interface InitOptions {
  /** Gets the session file; the current one without it. */
  readonly folder: string | undefined;
  /** Takes what is found, and asks nothing. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** Writes a session file from what is found and what the user says, and offers to start it. */
export async function init({ folder = ".", yes, json, signal }: InitOptions): Promise<Outcome<"init" | "up">> {
  if (!yes && !canAsk()) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", "init asks questions, and there is no terminal.", {
      hint: "`hpcnb init --yes` takes what it finds, and asks nothing.",
    });
  }
  const prompts = yes ? undefined : await createPrompts(signal);
  // Questions say enough, and the screen is theirs.
  const progress = yes ? createProgress({ isBrief: true }) : silentProgress;
  progress.begin(`${folder}: looking for notebooks, Python and a scheduler`);
  const { writeSession } = await import("../init/write-session.js");
  const file = await writeSession(folder, { prompts, signal }).finally(() => progress.stop());
  if (await prompts?.confirm("Start it now?")) {
    const { up } = await import("./up.js");
    return up({ session: file, timeoutMs: undefined, json, open: true, signal });
  }
  return { value: { file }, text: [`${file}\n`], notes: [`\`${typed("up", file)}\` starts it.`] };
}
