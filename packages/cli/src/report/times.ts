import { describeSeconds, formatDuration } from "@hpcnb/core";
import type { JobTimes } from "@hpcnb/core/session";
import type { Piece } from "../printing/print.js";

/**
 * Below this part of its walltime, what is left of it is shown in red; below twice that, in yellow.
 */
const little = 0.1;

/** What is left of a job's time, as in "2 h 10 min left". Pure. */
export function timeLeft({ endsAt, walltime }: JobTimes, now: number): Piece | undefined {
  if (endsAt === undefined || walltime === undefined) return undefined;
  const seconds = (Date.parse(endsAt) - now) / 1000;
  const text = seconds > 0 ? `${describeSeconds(seconds)} left` : "its time is up";
  if (seconds < walltime * little) return ["red", text];
  return seconds < walltime * little * 2 ? ["yellow", text] : text;
}

/**
 * For how long a job has run. Clocks of hosts may differ a little: it never ran for less than
 * nothing. Pure.
 */
export function timeSince(since: string | undefined, now: number): string | undefined {
  return since === undefined ? undefined : describeSeconds((now - Date.parse(since)) / 1000);
}

/**
 * Since when, for how long, of how much, until when: "since 14:02 (1 h 50 min) of 4:00:00, until
 * 18:02". Pure.
 */
export function timeLine({ startedAt, walltime, endsAt }: JobTimes, now: number): string | undefined {
  if (startedAt === undefined) return walltime === undefined ? undefined : `${formatDuration(walltime)} once it runs`;
  const since = `since ${clockTime(startedAt, now)} (${timeSince(startedAt, now)})`;
  if (walltime === undefined || endsAt === undefined) return `${since}; no walltime was asked for`;
  return `${since} of ${formatDuration(walltime)}, until ${clockTime(endsAt, now)}`;
}

/** Local time: "14:02" today, else with its day. Pure. */
export function clockTime(iso: string, now: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const date = new Date(iso);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return day(date) === day(new Date(now)) ? time : `${day(date)} ${time}`;
}
