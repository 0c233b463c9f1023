import type { JobSpec, Scheduler } from "@hpcnb/core";
import { expectFailure, type WaitUntil } from "@hpcnb/core/testing";
import { expect } from "chai";
import type { Cluster } from "./cluster.js";

/** Names of directories and files with whatever means something to Grid Engine or to a shell. */
const strange = [
  'it\'s "quoted"',
  "$HOME; $USER; $$ and $(date)",
  "$JOB_ID-$JOB_NAME$HOSTNAME",
  "a$$HOME$$",
  ["$", "{task}"].join(""),
  "at 10:30",
  "a,b",
  "back\\slash*?[x]",
  "Größe 測定",
  " -spaces ",
];

/** A site with habits of its own, which change none of the adapter's answers. */
export function siteHabitsTests(cluster: () => Cluster): void {
  let directory: string;
  let scheduler: Scheduler;
  let waitUntil: WaitUntil;

  beforeEach(async () => {
    ({ waitUntil, scheduler, directory } = await cluster().fixture());
  });

  afterEach(async () => {
    await shell("rm -rf ~/.sge_request ~/.sge_qstat ~/.bash_profile");
    await scheduler.cancel((await scheduler.status()).map(({ id }) => id));
    await untilGone();
    await cluster().asRoot("rm", "-r", directory);
  });

  const job = (changes: Partial<JobSpec> = {}): JobSpec => ({
    name: "habits",
    script: "#!/bin/sh\npwd\necho complaint >&2\n",
    workingDirectory: directory,
    output: `${directory}/log`,
    resources: {},
    ...changes,
  });

  const shell = async (program: string, ...words: string[]) =>
    (
      await cluster()
        .host()
        .run(["sh", "-c", `cd; ${program}`, "sh", ...words])
    ).stdout;

  const untilGone = () =>
    waitUntil(
      async () => (await scheduler.status()).length === 0,
      () => "the end of all jobs",
    );

  const logOf = async (path: string) => (await cluster().host().readFiles([path]))[0];

  it("takes any path, as the working directory and for the output", async () => {
    const jobs = strange.map((name) => {
      const workingDirectory = `${directory}/${name}`;
      return job({ workingDirectory, output: `${workingDirectory}/${name.replaceAll(",", ";")}.log` });
    });
    const plain = jobs.filter(({ output }) => !output.includes("{task}"));
    const arrays = plain.map((one) => ({ ...one, tasks: 2, output: one.output.replace(/log$/, "{task}.$TASK_ID") }));
    for (const { workingDirectory } of jobs) await shell('mkdir "$1"', workingDirectory);
    await Promise.all([...jobs, ...arrays].map((one) => scheduler.submit(one)));
    await untilGone();
    for (const { workingDirectory, output } of jobs)
      expect(await logOf(output), output).to.equal(`${workingDirectory}\ncomplaint\n`);
    for (const { output } of arrays)
      expect(await logOf(output.replace("{task}.$", "2.$")), output).to.include("complaint");
  });

  it("runs a script with the interpreter and the arguments of its first line", async () => {
    const scripts = {
      env: "#!/usr/bin/env python3\nimport sys; print(sys.version_info[0] == 3)\n",
      options: "#!/bin/sh -eu\necho True\nfalse\necho not reached\n",
      bash: "#!/usr/bin/env bash\n[[ -n $BASH_VERSION ]] && echo True\n",
    };
    for (const [name, script] of Object.entries(scripts))
      await scheduler.submit(job({ script, output: `${directory}/${name}` }));
    await untilGone();
    for (const name of Object.keys(scripts)) expect(await logOf(`${directory}/${name}`), name).to.equal("True\n");
  });

  it("does not let its sge_request decide where a job runs, what it is called, and what it writes where", async () => {
    const defaults = "-cwd -V -j n -o /home/alice/elsewhere -S /bin/cat -N other -b y";
    await shell('echo "$1" >.sge_request', defaults);
    const script = "#!/bin/sh\n#$ -N script -o /home/alice/from-script\npwd\necho complaint >&2\n";
    const id = await scheduler.submit(job({ script, resources: { native: ["-h"] } }));
    expect((await scheduler.status()).find((one) => one.id === id)?.name).to.equal("habits");
    await shell('qrls "$1"', id);
    await untilGone();
    expect(await logOf(`${directory}/log`)).to.equal(`${directory}\ncomplaint\n`);
  });

  it("is told which default nothing overrules, before anything is submitted", async () => {
    for (const option of ["-t 1-3", "-h", "-verify", "-w v", "-w p", "-sync y", "-tc 1", "-hold_jid_ad x"]) {
      await shell('echo "$1" >.sge_request', option);
      const error = await expectFailure(scheduler.submit(job({})), "HPCNB_SUBMIT_REJECTED");
      expect(error.message, option).to.include(`/home/alice/.sge_request has ${option.slice(0, 2)}`);
      expect(await scheduler.status(), option).to.deep.equal([]);
    }
  });

  it("gets no array where a file of options makes one of a job", async () => {
    await shell('echo "-t 1-3" >"$1/options"; echo "-@ $1/options" >.sge_request', directory);
    const sleeping = job({ script: "#!/bin/sh\nsleep 60\n" });
    const error = await expectFailure(scheduler.submit(sleeping), "HPCNB_SUBMIT_REJECTED");
    expect(error.message).to.include("1-3:1").and.to.include("it was cancelled");
    await untilGone();
  });

  it("has its other defaults with what hpcnb submits", async () => {
    const mild = "-w e -r y -notify -m n -p -5 -V -v A=1 -now y -sync n -tc 1";
    await shell('echo "$1" >.sge_request', `${mild} -i /no/such -e /no/such -l h_rt=1,h_vmem=1G`);
    await scheduler.submit(job({ tasks: 2, output: `${directory}/{task}.log`, resources: { walltimeSeconds: 600 } }));
    await untilGone();
    for (const task of [1, 2]) expect(await logOf(`${directory}/${task}.log`)).to.equal(`${directory}\ncomplaint\n`);
  });

  it("does not have its verifier's notices taken for an id", async () => {
    const verifier = `#!/bin/sh
while read -r word rest; do
  case "$word" in
    START) echo STARTED ;;
    BEGIN) printf "%s\\n" "LOG INFO Since 1998:" "LOG WARNING 2026" "RESULT STATE CORRECT" ;;
    QUIT) exit 0 ;;
  esac
done
`;
    await shell('printf "%s" "$2" >"$1/verifier"; chmod +x "$1/verifier"', directory, verifier);
    await shell('echo "-jsv $1/verifier" >.sge_request', directory);
    const id = await scheduler.submit(job({ script: "#!/bin/sh\nsleep 60\n", tasks: 2 }));
    expect((await scheduler.status()).map((listed) => listed.id)).to.deep.equal([id]);
  });

  it("does not let its sge_qstat hide jobs or change their meaning", async () => {
    await shell("qsub -terse -h -b y -N waits sleep 60; qsub -terse -b y -N runs -t 1-2 sleep 60");
    const seen = async () => (await scheduler.status()).map(({ name, state }) => `${name} ${state}`).sort();
    const right = ["runs running", "waits held"];
    await waitUntil(
      async () => (await seen()).join() === right.join(),
      () => right.join(),
    );
    for (const defaults of ["-s r", "-s p", "-u bob", "-f", "-ext", "-r", "-g d", "-g t", "-f -ext -r -g d", "-F"]) {
      await shell('echo "$1" >.sge_qstat', defaults);
      expect(await seen(), defaults).to.deep.equal(right);
    }
    for (const defaults of ["-l arch=none", "-q none.q", "-qs d", "-j"]) {
      await shell('echo "$1" >.sge_qstat', defaults);
      const error = await expectFailure(scheduler.status(), "HPCNB_SCHEDULER_ANSWER");
      expect(error.message).to.include("/home/alice/.sge_qstat has -");
    }
  });

  it("may know Grid Engine only in a login profile, with a banner", async () => {
    await shell('mkdir "$1/bin" && ln -s /bin/sh /bin/bash /bin/env "$1/bin"', directory);
    const profile = "echo Welcome; echo 2026; echo Careful >&2; export PATH=/usr/bin:/bin SGE_ROOT=/var/lib/gridengine";
    await shell('echo "$1" >.bash_profile', profile);
    const bare = cluster().scheduler({}, ["-u", "SGE_ROOT", "-u", "SGE_CELL", `PATH=${directory}/bin`]);
    const id = await bare.submit(job({ script: "#!/bin/sh\nsleep 60\n" }));
    expect((await bare.status()).map((listed) => listed.id)).to.deep.equal([id]);
    await bare.cancel([id]);
  });
}
