import type { Step } from "@hpcnb/client";
import { show } from "../printing/print.js";
import type { Progress } from "./progress.js";

/** Between two signs of life, and until a brief command says what it is doing. */
const heartbeatEveryMs = 30_000;
const longForBriefMs = 1_000;

/** One line a change, each with the time since the command began. */
export function createPlainProgress(
  stream: NodeJS.WriteStream,
  { now, isBrief }: { readonly now: () => number; readonly isBrief: boolean },
): Progress {
  const start = now();
  const said = new Map<string, string>();
  let waiting: Step | undefined;
  let doing: string | undefined;
  let saying: NodeJS.Timeout | undefined;
  const say = (text: string) => show(stream, `${((now() - start) / 1000).toFixed(1).padStart(6)}s  ${text}`, "\n");
  const timer = setInterval(() => {
    if (waiting) say(`${waiting.name}: still ${waiting.text}`);
    else if (doing !== undefined) say(`still waiting (${doing})`);
  }, heartbeatEveryMs);
  timer.unref();
  return {
    begin: (text, passes) => {
      if (passes || doing === text) return;
      doing = text;
      clearTimeout(saying);
      if (isBrief) saying = setTimeout(() => say(text), longForBriefMs).unref();
      else say(text);
    },
    update: (steps) => {
      clearTimeout(saying);
      if (steps.length > 0) doing = undefined;
      for (const { name, id = name, text, note } of steps) {
        if (said.get(id) === text) continue;
        said.set(id, text);
        say(`${name}: ${text}`);
        if (note !== undefined) say(`${name}: ${note}`);
      }
      waiting = steps.find(({ done }) => !done);
    },
    stop: () => {
      clearInterval(timer);
      clearTimeout(saying);
    },
  };
}
