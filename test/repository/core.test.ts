import { expect } from "chai";
import { grepTracked } from "./repository.js";

/** Schedulers and their commands. A scheduler is known to its adapter, and to nobody else. */
const schedulers = [
  ...["sge", "slurm", "pbs", "torque", "lsf", "condor", "htcondor", "loadleveler", "grid ?engine", "sun grid"],
  ...["q(sub|stat|del|acct|conf|hold|rls|mod|rsh|login)", "s(batch|run|queue|cancel|acct|control|info|alloc)"],
  ...["b(sub|jobs|kill|hist)", "condor_\\w+"],
];

describe("A package that serves every scheduler", () => {
  for (const name of ["core", "host", "tunnel", "jupyter"])
    it(`knows none by name: ${name}`, async () => {
      const folders = ["src", "python"].map((folder) => `packages/${name}/${folder}`);
      const found = await grepTracked(`(?i)(?<![a-z])(${schedulers.join("|")})(?![a-z])`, ...folders);
      expect(found).to.deep.equal([]);
    });
});
