import { describeEnginesOn } from "./support/engines-on.js";
import { slurm } from "./support/schedulers.js";

describeEnginesOn(slurm);
