import { describeEnginesOn } from "./support/engines-on.js";
import { gridEngine } from "./support/schedulers.js";

/** On Slurm they take as long again: see engines-on-slurm.soak.ts. */
describeEnginesOn(gridEngine);
