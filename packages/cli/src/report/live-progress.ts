import type { Step } from "@hpcnb/client";
import { show } from "../printing/print.js";
import { elapsed, layOut, wrap } from "./lay-out.js";
import { createLiveRegion, type Line, sizeOf } from "./live-region.js";
import { marksFor } from "./marks.js";
import type { Progress } from "./progress.js";

const frameEveryMs = 120;

/**
 * Finished steps stay; below them stands what is waited for, with a sign of life and the time that
 * it has taken.
 */
export function createLiveProgress(stream: NodeJS.WriteStream, now: () => number): Progress {
  const marks = marksFor(process.env);
  const finished = new Map<string, string>();
  const begun = new Map<string, number>();
  let lastEnd = now();
  let waiting: readonly Step[] = [];
  let doing: { readonly text: string; readonly since: number } | undefined;

  const timeOf = ({ name, id = name, since }: Step) =>
    elapsed(since === undefined ? now() - (begun.get(id) ?? lastEnd) : Math.max(0, Date.now() - since));
  const render = (columns: number): Line[] => {
    const frame = marks.frames[Math.floor(now() / frameEveryMs) % marks.frames.length] ?? marks.waiting;
    if (waiting.length === 0 && doing) {
      const time = elapsed(now() - doing.since);
      const lines = wrap(`${doing.text} ${time}`, columns - 2);
      return lines.map((line, index): Line => (index === 0 ? [["yellow", frame], ` ${line}`] : [`  ${line}`]));
    }
    return waiting.flatMap((step) => layOut({ ...step, mark: ["yellow", frame], time: timeOf(step) }, columns));
  };
  const region = createLiveRegion(stream, render);

  return {
    begin: (text) => {
      doing = { text, since: doing?.since ?? now() };
      region.draw();
    },
    update: (steps) => {
      const [columns] = sizeOf(stream);
      const news = steps.filter(({ name, id = name, text, done }) => done && finished.get(id) !== text);
      const lines = news.flatMap((step) => {
        finished.set(step.id ?? step.name, step.text);
        return layOut({ ...step, note: undefined, mark: ["green", marks.done], time: timeOf(step) }, columns);
      });
      for (const { name, id = name } of news) begun.delete(id);
      if (news.length > 0) lastEnd = now();
      waiting = steps.filter(({ done }) => !done);
      for (const { name, id = name } of waiting) if (!begun.has(id)) begun.set(id, now());
      if (steps.length > 0) doing = undefined;
      for (const line of lines) show(stream, ...line, "\n");
      region.draw();
    },
    stop: () => region.stop(),
  };
}
