/** What every job's program begins with, in its order. */
export const jobParts = ["common", "signals", "log", "places", "homes"].map((name) => `hpcnb_launch/${name}.py`);
