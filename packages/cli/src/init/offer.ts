import { existsSync } from "node:fs";
import { canAsk, createPrompts } from "../printing/prompts.js";
import { writeSession } from "./write-session.js";

/**
 * The session file that a command without one is about: in a folder that has none, one is made if
 * the user wants it.
 */
export async function offerSession(signal: AbortSignal): Promise<string | undefined> {
  if (existsSync("session.yaml") || !canAsk()) return undefined;
  const prompts = await createPrompts(signal);
  const wanted = await prompts.confirm("There is no session.yaml in this folder. Make one, from a few questions?");
  return wanted ? writeSession(".", { prompts, signal }) : undefined;
}
