import { notifyTerminal } from "../printing/print.js";
import { isLive } from "./progress.js";

/** After such a wait people look at something else. */
const longWaitMs = 30_000;

/** The end of a long wait is told to a user who no longer looks at the terminal. */
export function tellTheAbsent(sentence: string, waitedMs: number, stream: NodeJS.WriteStream = process.stderr): void {
  if (waitedMs < longWaitMs || !isLive(stream)) return;
  notifyTerminal(stream, sentence, kindOf(process.env));
}

/** Terminals know one or the other, and those that know both would show it twice. */
function kindOf({ VTE_VERSION, TERM = "" }: NodeJS.ProcessEnv): "9" | "777;notify;hpcnb" {
  return VTE_VERSION !== undefined || /^(rxvt|foot)/.test(TERM) ? "777;notify;hpcnb" : "9";
}
