import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { siteCommand } from "@hpcnb/core";
import { makeJob, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { slurmDialect } from "../src/index.js";

/**
 * Stand-ins for Slurm's commands: they tell their words and what of Slurm is in their environment.
 */
describe("a Slurm command among a user's variables", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "hpcnb it's $HOME "));
    await mkdir(join(directory, "bin"));
    const environment = 'env | grep -E "^(S[A-Z]+_|LC_ALL=)" | sort; for word; do echo "word=$word"; done';
    for (const name of ["sbatch", "squeue", "scancel", "scontrol"]) await stub(name, environment);
    await stub("sacct", 'echo "7_1|name|CANCELLED by 0|0:0"; echo "7_2|name|CANCELLED by 0|0:0"; echo trouble >&2');
  });

  afterEach(() => rm(directory, { recursive: true }));

  async function stub(name: string, text: string): Promise<void> {
    await writeFile(join(directory, "bin", name), `#!/bin/sh\n${text}\n`);
    await chmod(join(directory, "bin", name), 0o755);
  }

  const dialect = slurmDialect();
  const { explain = () => expect.fail(), history = () => expect.fail() } = dialect;

  function run(
    command: readonly string[],
    variables: Record<string, string> = {},
    path = join(directory, "bin"),
    { site = {} } = dialect,
  ) {
    const { argv } = siteCommand(site, command);
    const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), {
      encoding: "utf8",
      env: { HOME: directory, PATH: `${path}:/usr/bin:/bin`, IFS: "S", ...variables },
    });
    return makeResult({ argv, exitCode: status, stdout, stderr });
  }

  /**
   * Every variable of sbatch(1), squeue(1), scancel(1), sacct(1) and scontrol(1), and a job's own.
   */
  const variables = Object.fromEntries(
    `SBATCH_ACCOUNT SBATCH_ACCTG_FREQ SBATCH_ARRAY_INX SBATCH_CLUSTERS SBATCH_CONSTRAINT SBATCH_CORE_SPEC SBATCH_CPUS_PER_GPU
    SBATCH_DEBUG SBATCH_DELAY_BOOT SBATCH_DISTRIBUTION SBATCH_ERROR SBATCH_EXCLUSIVE SBATCH_EXPORT SBATCH_GET_USER_ENV
    SBATCH_GPUS SBATCH_GPUS_PER_NODE SBATCH_GRES SBATCH_HINT SBATCH_IGNORE_PBS SBATCH_INPUT SBATCH_JOB_NAME SBATCH_MEM_PER_CPU
    SBATCH_MEM_PER_GPU SBATCH_MEM_PER_NODE SBATCH_NO_KILL SBATCH_NO_REQUEUE SBATCH_OPEN_MODE SBATCH_OUTPUT SBATCH_OVERCOMMIT
    SBATCH_PARTITION SBATCH_POWER SBATCH_PROFILE SBATCH_QOS SBATCH_REQUEUE SBATCH_RESERVATION SBATCH_SIGNAL SBATCH_TIMELIMIT
    SBATCH_WAIT SBATCH_WCKEY SLURM_CLUSTERS SLURM_EXIT_ERROR SLURM_UMASK SLURM_HINT SLURM_DEBUG_FLAGS SLURM_BITSTR_LEN
    SLURM_TIME_FORMAT SLURM_JOB_ID SLURM_CPUS_PER_TASK SLURM_MEM_PER_NODE SLURM_ARRAY_TASK_ID SLURM_NTASKS SLURM_EXPORT_ENV
    SQUEUE_ACCOUNT SQUEUE_ALL SQUEUE_ARRAY SQUEUE_FEDERATION SQUEUE_FORMAT SQUEUE_FORMAT2 SQUEUE_LICENSES SQUEUE_LOCAL
    SQUEUE_NAMES SQUEUE_PARTITION SQUEUE_PRIORITY SQUEUE_QOS SQUEUE_SIBLING SQUEUE_SORT SQUEUE_STATES SQUEUE_USERS
    SCANCEL_ACCOUNT SCANCEL_BATCH SCANCEL_CTLD SCANCEL_CRON SCANCEL_FULL SCANCEL_HURRY SCANCEL_INTERACTIVE SCANCEL_NAME
    SCANCEL_PARTITION SCANCEL_QOS SCANCEL_STATE SCANCEL_USER SCANCEL_VERBOSE SCANCEL_WCKEY
    SACCT_FEDERATION SACCT_LOCAL SCONTROL_ALL SCONTROL_FEDERATION SCONTROL_FUTURE SCONTROL_LOCAL SCONTROL_SIBLING`
      .split(/\s+/)
      .map((name) => [name, "theirs"]),
  );

  it("has none of them, and those of its own", () => {
    const words = (argv: readonly string[]) => argv.map((word) => `word=${word}`);
    const submit = dialect.submit(makeJob());
    const questions = [
      { command: submit, own: ["SLURM_EXPORT_ENV=ALL"] },
      { command: dialect.status(), own: ["SLURM_BITSTR_LEN=0", "SLURM_TIME_FORMAT=%s"] },
      { command: explain("7"), own: ["SLURM_BITSTR_LEN=0", "SLURM_TIME_FORMAT=%s"] },
      { command: dialect.cancel(["7", { id: "8", tasks: [{ first: 1, last: 2 }] }]), own: [] },
    ];
    for (const { command, own } of questions) {
      const shown = command.argv.slice(1);
      expect(run(command.argv, variables).stdout.trim().split("\n")).to.deep.equal([
        ...["LC_ALL=C", ...own],
        ...words(shown),
      ]);
    }
  });

  it("keeps where the cluster is, and who asks", () => {
    const kept = { SLURM_CONF: "/opt/slurm.conf", SLURM_CONF_SERVER: "login:6817", SLURM_JWT: "a-token" };
    const { stdout } = run(dialect.cancel(["7"]).argv, { ...variables, ...kept });
    expect(stdout).to.equal(
      "LC_ALL=C\nSLURM_CONF=/opt/slurm.conf\nSLURM_CONF_SERVER=login:6817\nSLURM_JWT=a-token\nword=7\n",
    );
  });

  it("asks sacct how a job ended, then for the names of those who cancelled it, and then scontrol", () => {
    const { stdout, stderr } = run(history({ id: "7", name: "name" }).argv, variables);
    expect(stderr).to.equal("trouble\n");
    const [first, second, user, ...others] = stdout.trim().split("\n");
    expect([first, second]).to.deep.equal(["7_1|name|CANCELLED by 0|0:0", "7_2|name|CANCELLED by 0|0:0"]);
    expect(user).to.match(/^root:x:0:/);
    expect(others).to.deep.equal(["LC_ALL=C", "word=--oneliner", "word=show", "word=job", "word=7"]);
  });

  it("is found with the login profile, whose chatter does not mix with its makeResult, or with the settings", async () => {
    await stub("hpcnb-test-scancel", 'echo "$*$SBATCH_ACCOUNT"');
    const text = `echo Welcome; export PATH="${join(directory, "bin").replace("$", "\\$")}:$PATH" SBATCH_ACCOUNT=theirs\n`;
    const settings = join(directory, "settings.sh");
    await writeFile(settings, text);
    expect(run(["hpcnb-test-scancel", "7"], {}, "/nowhere", slurmDialect({ settings })).stdout).to.equal("7\n");
    await writeFile(join(directory, ".bash_profile"), text);
    expect(run(["hpcnb-test-scancel", "7"], {}, "/nowhere").stdout).to.equal("7\n");
  });
});
