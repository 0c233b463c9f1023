/** `npm run fuzz [-- RUNS [SEED]]`: many more inputs than `npm test`, and others each time. */
import { randomInt } from "node:crypto";
import { passThrough } from "./lib/run.mjs";
import { main, say } from "./lib/step.mjs";

await main(async () => {
  const [runs = "2000000", seed = String(randomInt(2 ** 31)), ...rest] = process.argv.slice(2);
  say(`${runs} inputs, seed ${seed}`);
  return passThrough([process.execPath, "node_modules/mocha/bin/mocha.js", "test/fuzz/fuzz.test.ts", ...rest], {
    env: { HPCNB_FUZZ_RUNS: runs, HPCNB_FUZZ_SEED: seed },
  });
});
