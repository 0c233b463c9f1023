import { setTimeout as sleep } from "node:timers/promises";

const limitMs = 60_000;

/**
 * Asks until it is so, and at most 60 s. The pause leaves the machine to those who are waited for.
 */
export async function until(
  fact: () => boolean | Promise<boolean>,
  what = String(fact),
  { pauseMs = 20 } = {},
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`Not true within ${limitMs / 1000} s: ${what}`);
    await sleep(pauseMs);
  }
}
