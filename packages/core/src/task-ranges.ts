import type { TaskRange } from "./scheduler.js";

/** How many numbers a range has. */
export function lengthOf({ first, last }: TaskRange): number {
  return last - first + 1;
}

export function isIn(ranges: readonly TaskRange[], number: number): boolean {
  return ranges.some(({ first, last }) => first <= number && number <= last);
}

export function numbersIn(ranges: readonly TaskRange[]): number[] {
  return ranges.flatMap((range) => Array.from({ length: lengthOf(range) }, (_, index) => range.first + index));
}

/** Numbers in any order as ranges, ascending. */
export function rangesOf(numbers: Iterable<number>): TaskRange[] {
  const ranges: { first: number; last: number }[] = [];
  for (const number of [...new Set(numbers)].sort((one, other) => one - other)) {
    const range = ranges.at(-1);
    if (range?.last === number - 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges;
}
