import { Stop } from "./run.mjs";

export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * One line: what is done, then the seconds it took. On a terminal, a dot every few seconds shows
 * that it goes on.
 */
export async function step(title, work) {
  process.stderr.write(`  ${title} ... `);
  const dots = process.stderr.isTTY ? setInterval(() => process.stderr.write("."), 3_000) : undefined;
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    const result = await work();
    clearInterval(dots);
    say(seconds());
    return result;
  } catch (error) {
    clearInterval(dots);
    say(`failed after ${seconds()}`);
    throw error;
  }
}

/** Runs a script to its exit code. Only what is not a `Stop` deserves a stack trace. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(`\n${error.message}`);
    process.exitCode = error.exitCode;
  }
}
