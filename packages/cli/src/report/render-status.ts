import { describeRegistered, type StatusView } from "@hpcnb/client";
import { groupPrefix, onlyGroup } from "@hpcnb/core";
import { typed } from "../help/pasteable.js";
import type { Piece } from "../printing/print.js";
import { inColour } from "./state-colour.js";
import { clockTime, timeLeft, timeLine, timeSince } from "./times.js";

/** How many engines that are not well are shown one by one. */
export const shownEngines = 10;

/** A storage that is ready within this many seconds needs no explanation. */
const quickStorageSeconds = 5;

type Row = readonly [key: string, ...pieces: (Piece | undefined)[]];

export interface RenderOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the user types to name the session. */
  readonly called: string;
}

/**
 * For people: a line that says it all, then a row for each fact that says more, and what to do
 * next. Pure.
 */
export function renderStatus(view: StatusView, { now, called }: RenderOptions): Piece[] {
  const rows = [
    ...factRows(view, now),
    ...engineRows(view, now),
    ...view.jobs.map((job) => jobRow(job)),
    ...differenceRows(view),
    ...nextRow(view, called),
  ];
  const width = Math.max(...rows.map(([key]) => key.length));
  return [
    ...headline(view, now),
    ...rows.flatMap(([key, ...pieces]): Piece[] => {
      const there = pieces.filter((piece) => piece !== undefined && piece !== "");
      return there.length === 0 ? [] : [["dim", `${key.padEnd(width)}  `], ...(there as Piece[]).map(indented), "\n"];
    }),
  ];
}

function headline(view: StatusView, now: number): Piece[] {
  const left = timeLeft(view, now);
  const runsOn = view.state === "not connected" ? ", runs on" : " on";
  const where = view.host === undefined || !view.startedAt ? "" : `${runsOn} ${view.host}`;
  const since = view.state === "waiting in the queue" ? timeSince(view.submittedAt, now) : undefined;
  return [
    ["bold", view.name],
    "  ",
    inColour(view.state),
    where,
    ...(since === undefined ? [] : [` for ${since}`]),
    ...(view.endedAt === undefined ? [] : [` ${clockTime(view.endedAt, now)}`]),
    ...(left === undefined ? [] : [", ", left]),
    view.why === undefined ? "\n" : `: ${view.why.trimEnd().replaceAll("\n", "\n    ")}\n`,
  ];
}

function factRows(view: StatusView, now: number): Row[] {
  const { tunnel, tunnelFailures = [], tunnelHealing, tunnelClosed, storage, listens } = view;
  const isSlow = storage && Math.max(storage.seconds, storage.controllerSeconds ?? 0) >= quickStorageSeconds;
  return [
    ["trouble", view.trouble && ["red", view.trouble]],
    ["time", view.phase === "queued" || view.startedAt ? timeLine(view, now) : undefined],
    ["url", view.url],
    ["tunnel", tunnel],
    ...tunnelFailures.map(({ kind, why }): Row => ["", `not ${kind}: ${why}`]),
    ["tunnel", tunnelClosed && `closed: ${tunnelClosed}`],
    ["healing", tunnelHealing && `since ${tunnelHealing.since}, on the same port: ${tunnelHealing.why}`],
    ["server", view.server],
    // A socket of the user's own is as it should be.
    ["listens", listens?.startsWith("port") || listens?.includes("(") ? listens : undefined],
    ["storage", isSlow ? renderStorage(storage) : undefined],
    ["folder", view.directory],
    ["site", view.site],
  ];
}

function engineRows({ engines, groups = [] }: StatusView, now: number): Row[] {
  if (!engines) return [];
  const { asked, registered, queued, starting, running, suspended, failed, lost } = engines;
  const rest = Object.entries({ queued, starting, running: running - registered, suspended, failed, lost })
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word === "running" ? "running and not registered" : word}`);
  const isWhole = registered >= asked && failed + lost === 0;
  const text = `${describeRegistered(engines)}${rest.length > 0 ? `; ${rest.join(", ")}` : ""}`;
  const left = timeLeft(engines, now);
  return [
    ["engines", isWhole ? text : [failed + lost > 0 ? "red" : "yellow", text], left && ", ", left],
    ...groups.map(({ name, ...of }): Row => ["group", `${name}: ${describeRegistered(of)}`]),
  ];
}

function jobRow(job: StatusView["jobs"][number]): Row {
  const numbers = job.engines?.includes("-") ? "engines" : "engine";
  return [
    job.role === "engines" ? "array" : job.role,
    [
      job.id === undefined ? "not submitted" : `job ${job.id}`,
      job.engines && `(${groupPrefix(job.group ?? onlyGroup)}${numbers} ${job.engines})`,
      job.state,
      job.native !== job.state && job.native && `(${job.native})`,
      job.host && `on ${job.host}`,
      job.reason && `${job.reason.includes("\n") ? "\n" : ""}${job.reason}`,
    ]
      .filter(Boolean)
      .join(" "),
  ];
}

function differenceRows({ differences = [] }: StatusView): Row[] {
  const rows = differences.slice(0, shownEngines).map(({ engine, host, problem, log }): Row => {
    const where = host === undefined ? "" : `on ${host}: `;
    return [`engine ${engine}`, `${where}${problem}${log === undefined ? "" : `\n${log}`}`];
  });
  const more = differences.length - shownEngines;
  return more > 0 ? [...rows, ["engines", `and ${more} more are not well: --json lists all`]] : rows;
}

/** What a person mostly wants to do then. */
function nextRow({ state, phase }: StatusView, called: string): Row[] {
  const next: Partial<Record<StatusView["state"], string>> = {
    "not started": typed("up", called),
    "without a record": typed("down", called),
    "half submitted": typed("up", called),
    "waiting in the queue": typed("up", called),
    starting: typed("up", called),
    "not connected": typed("connect", called),
    "waiting for engines": typed("up", called),
    up: typed("open", called),
    degraded: typed("up", called),
    ending: typed("down", called),
  };
  const isOver = phase === "failed" || phase === "ended";
  const command = isOver ? typed("up", called) : next[state];
  return command === undefined ? [] : [["next", ["cyan", command]]];
}

function renderStorage({ strategy, seconds, controllerSeconds }: NonNullable<StatusView["storage"]>): string {
  const controller =
    controllerSeconds === undefined ? "" : `; for the controller after ${controllerSeconds.toFixed(1)} s`;
  return `ready after ${seconds.toFixed(1)} s (${strategy})${controller}`;
}

/** A text of several lines stays below its row: none of them looks like a row of its own. */
function indented(piece: Piece): Piece {
  const below = (text: string) => text.trimEnd().replaceAll("\n", "\n    ");
  if (typeof piece !== "string") return [piece[0], below(piece[1])];
  return piece.includes("\n") ? below(piece) : piece;
}
