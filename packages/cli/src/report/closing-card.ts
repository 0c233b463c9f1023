import type { Session } from "@hpcnb/core/session-file";
import { typed } from "../help/pasteable.js";
import type { Line } from "./live-region.js";

export interface Card {
  /** Before and after the line that opens the notebook, which goes to stdout. */
  readonly above: readonly Line[];
  readonly below: readonly Line[];
}

const headlines = {
  here: " is up. Open this in your browser:",
  opens: " is up, and opens in your browser. Its address:",
  elsewhere: " is up. Open it from your own machine with:",
};

export interface About {
  readonly where: keyof typeof headlines;
  /** Until when it may run. */
  readonly time: string | undefined;
}

/** What to do with a session that is up. `word` is what leads to it on a command line. Pure. */
export function closingCard(session: Pick<Session, "name" | "cluster">, word: string, { where, time }: About): Card {
  const isHere = where !== "elsewhere";
  const rows: [what: string, how: string][] = [
    ...(session.cluster
      ? [["in a notebook", `ipyparallel.Client(profile="${session.name}")`] as [string, string]]
      : []),
    ...(isHere ? [["open it again", typed("open", word)] as [string, string]] : []),
    ...(time === undefined ? [] : [["its time", time] as [string, string]]),
    ["look at it", typed("status", word)],
    ...(isHere ? [] : [["read its log", typed("logs", word)] as [string, string]]),
    ["end it", typed("down", word)],
  ];
  return {
    above: [[], [["bold", session.name], headlines[where]], []],
    below: [[], ...rows.map(([what, how]): Line => ["  ", ["dim", what.padEnd(14)], ` ${how}`]), []],
  };
}
