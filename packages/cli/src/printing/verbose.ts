import { tell } from "./print.js";

let verbose = false;

/** From here on `log` prints: `--verbose`. */
export function beVerbose(): void {
  verbose = true;
}

/** A line on what is done, on stderr. */
export function log(line: string): void {
  if (verbose) tell(["dim", line]);
}
