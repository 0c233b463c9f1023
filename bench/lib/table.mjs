import { availableParallelism, loadavg } from "node:os";

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

/**
 * A row for each name: the smallest, the middle and the largest of its numbers, with so many digits
 * after the point. Above them, what else the machine had to do in the last minute.
 */
export function printTable(rows, digits) {
  console.log(`(load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} processors)`);
  console.log(row("", ["min", "median", "max"]));
  for (const [name, values] of Object.entries(rows)) {
    const numbers = [Math.min(...values), median(values), Math.max(...values)];
    console.log(
      row(
        name,
        numbers.map((number) => number.toFixed(digits)),
      ),
    );
  }
}

function row(title, cells) {
  return title.padEnd(24) + cells.map((cell) => cell.padStart(8)).join("");
}

/** Says a number beside its limit, and lets the program fail where it is above it. */
export function hold(what, number, limit) {
  // Not a number is no success either.
  const holds = number <= limit;
  const text = Number.isInteger(number) ? number : number.toFixed(2);
  console.log(`${what}: ${text} (at most ${limit}${holds ? "" : ", so this FAILED"})`);
  if (!holds) process.exitCode = 1;
}
