import { expect } from "chai";
import { stateOf } from "../src/status.js";

/** Every state in the table of sge_status(5). */
const table = {
  queued: ["qw", "Rq"],
  held: ["hqw", "hRwq"],
  running: ["r", "hr", "Rr", "dr"],
  starting: ["t", "Rt", "dt"],
  suspended: [
    "s",
    "ts",
    "S",
    "tS",
    "T",
    "tT",
    "Rs",
    "Rts",
    "RS",
    "RtS",
    "RT",
    "RtT",
    "ds",
    "dS",
    "dT",
    "dRs",
    "dRS",
    "dRT",
  ],
  error: ["Eqw", "Ehqw", "EhRqw"],
  finished: ["z"],
  unknown: ["", "x", "rx", "W", "running", "d", "0"],
};

describe("Grid Engine's state letters", () => {
  for (const [state, letters] of Object.entries(table)) {
    it(`mean ${state}: ${letters.map((word) => word || "none").join(" ")}`, () => {
      for (const word of letters) expect(stateOf(word), word).to.equal(state);
    });
  }
});
