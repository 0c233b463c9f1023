import { type AskTrust, createPluginLoader, createTrust, type PluginLoader } from "@hpcnb/client/files";
import { signal } from "../process/interruption.js";
import { holdLive, tell } from "./print.js";
import { canAsk, createPrompts } from "./prompts.js";

/** How this command decides whether code may run that a session file names. */
let answer: "ask" | "yes" | "no" = "ask";

/** `--trust`. */
export function trustNamedCode(): void {
  answer = "yes";
}

/** For what opens many sessions: their questions would not be expected. */
export function askForNoTrust(): void {
  if (answer === "ask") answer = "no";
}

/** Loads plugins for one process. What runs is the user's choice. */
export function createAskingLoader(): PluginLoader {
  return createPluginLoader(createTrust(ask));
}

/** Asks at the terminal, one question after the other. */
const ask: AskTrust = async ({ kind, name, files, hasChanged }) => {
  if (answer !== "ask" || !canAsk()) return answer === "yes";
  const asked = asking.then(async () => {
    const release = holdLive();
    try {
      const [path, ...others] = files;
      const more = others.length === 0 ? "" : `, which uses ${others.length} more of its files and packages`;
      tell(`The session file names code that is not part of hpcnb, as its ${kind} "${name}": ${path}${more}.`);
      tell(
        hasChanged ? "You have trusted it before; it has changed since." : "It would run as you, with all your rights.",
      );
      return await (await createPrompts(signal)).confirm("Do you trust this code, as it is now?", false);
    } finally {
      release();
    }
  });
  asking = asked.catch(() => {});
  return asked;
};

let asking: Promise<unknown> = Promise.resolve();
