import { fuzz, type Reader } from "./fuzz.js";
import { readers } from "./readers/index.js";

/** `npm run fuzz` chooses others. */
const seed = Number(process.env.HPCNB_FUZZ_SEED ?? 20_261_126);
const runs = Number(process.env.HPCNB_FUZZ_RUNS ?? 100_000);

const shareOf = ({ share = 1 }: Reader) => share;
const shares = readers.reduce((sum, reader) => sum + shareOf(reader), 0);

describe(`Readers of what comes from elsewhere (seed ${seed})`, function () {
  this.timeout(Math.max(180_000, runs * 10));

  for (const reader of readers) {
    const numRuns = Math.ceil((runs * shareOf(reader)) / shares);
    it(`read or refuse ${numRuns} inputs for ${reader.name}`, () => fuzz(reader, { seed, numRuns }));
  }
});
