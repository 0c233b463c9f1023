import { printableLine } from "@hpcnb/core";
import { eraseLines, type Piece, show } from "../print.js";
import type { Step } from "./steps.js";

/** Shows steps on stderr: live on a terminal, one line a change otherwise. */
export interface Progress {
  update(steps: readonly Step[]): void;
  /** Leaves the last state on the screen. */
  stop(): void;
}

/** Milliseconds between two redraws of the running time, and between two signs of life where nothing is redrawn. */
const redrawEvery = 200;
const heartbeatEvery = 30_000;

type Stream = NodeJS.WriteStream;

export function createProgress(stream: Stream = process.stderr, now: () => number = () => performance.now()): Progress {
  const isLive = stream.isTTY && process.env.TERM !== "dumb" && !process.env.CI;
  return isLive ? liveProgress(stream, now) : plainProgress(stream, now);
}

function liveProgress(stream: Stream, now: () => number): Progress {
  const start = now();
  const finished = new Map<string, string>();
  let waiting: Step[] = [];
  let drawn = 0;

  const erase = () => {
    if (drawn > 0) eraseLines(stream, drawn);
    drawn = 0;
  };
  const draw = (mark: Piece, step: Step) => {
    // Cleaned before it is measured: a line that wraps would not be taken away as a whole.
    const text = ` ${step.name.padEnd(9)} ${printableLine(step.text)}`;
    const time = ` ${seconds(now() - start)}`;
    const room = Math.max(20, (stream.columns || 80) - time.length - 2);
    const shown = text.length > room ? `${text.slice(0, room - 1)}…` : text.padEnd(room);
    show(stream, mark, shown, ["dim", time], "\n");
  };
  const drawWaiting = () => {
    erase();
    for (const step of waiting) {
      draw(["yellow", "·"], step);
      drawn += 1;
    }
  };
  const timer = setInterval(drawWaiting, redrawEvery);
  timer.unref();

  return {
    update: (steps) => {
      erase();
      for (const step of steps) {
        if (!step.done || finished.get(step.name) === step.text) continue;
        finished.set(step.name, step.text);
        draw(["green", "✓"], step);
      }
      waiting = steps.filter(({ done }) => !done);
      drawWaiting();
    },
    stop: () => clearInterval(timer),
  };
}

function plainProgress(stream: Stream, now: () => number): Progress {
  const start = now();
  const said = new Map<string, string>();
  let waiting: Step | undefined;
  const say = (text: string) => show(stream, `${seconds(now() - start).padStart(7)}  ${text}`, "\n");
  const timer = setInterval(() => {
    if (waiting) say(`${waiting.name}: still ${waiting.text}`);
  }, heartbeatEvery);
  timer.unref();
  return {
    update: (steps) => {
      for (const { name, text } of steps) {
        if (said.get(name) === text) continue;
        said.set(name, text);
        say(`${name}: ${text}`);
      }
      waiting = steps.find(({ done }) => !done);
    },
    stop: () => clearInterval(timer),
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)}s`;
}
