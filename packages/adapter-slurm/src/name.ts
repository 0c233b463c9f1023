import { plainName } from "@hpcnb/core";

/** Slurm takes more, but its accounts keep 255 bytes. */
export const nameOf = plainName;
