import { describeSeconds } from "@hpcnb/core";
import type { JobTimes } from "@hpcnb/core/session";
import { clockTime } from "./times.js";

/**
 * Minutes before the end at which a person is told, of those that the whole walltime has; as the
 * page in the browser tells it: see time_notice.py.
 */
const noticeAt = [30, 10, 2];

/**
 * Tells once at each of these moments that a notebook's time will be up. Where the first look comes
 * later, it is told then, once.
 */
export function createEndNotice(tell: (text: string) => void, now = Date.now): (times: JobTimes) => void {
  let said = Number.POSITIVE_INFINITY;
  return ({ endsAt, walltime }) => {
    if (endsAt === undefined || walltime === undefined) return;
    const left = (Date.parse(endsAt) - now()) / 1000;
    const due = Math.min(...noticeAt.filter((minutes) => left <= minutes * 60 && minutes * 60 < walltime));
    if (left <= 0 || due >= said) return;
    said = due;
    tell(`the notebook's time will be up in ${describeSeconds(left)}, at ${clockTime(endsAt, now())}: save your work.`);
  };
}
