import { HpcnbError } from "@hpcnb/core";
import { typed } from "../help/pasteable.js";
import { writeSession } from "../init/write-session.js";
import type { Outcome } from "../printing/outcome.js";
import { canAsk, createPrompts } from "../printing/prompts.js";

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
  const file = await writeSession(folder, { prompts, signal });
  if (await prompts?.confirm("Start it now?")) {
    const { up } = await import("./up.js");
    return up({ session: file, timeoutMs: undefined, json, open: true, signal });
  }
  return { value: { file }, text: [`${file}\n`], notes: [`\`${typed("up", file)}\` starts it.`] };
}
