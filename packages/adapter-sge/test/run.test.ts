import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { siteCommand } from "@hpcnb/core";
import { expectThrown, makeJob } from "@hpcnb/core/testing";
import { expect } from "chai";
import { gridEngineDialect } from "../src/index.js";
import { answers } from "./example.js";

/** Stand-ins for the commands, on a machine where nothing else of Grid Engine is. */
describe("a Grid Engine command among a user's and a site's defaults", () => {
  let directory: string;
  let version: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "hpcnb-defaults-"));
    version = "SGE 8.1.9";
    for (const folder of ["bin", "home", "here", "root/default/common"])
      await mkdir(join(directory, folder), { recursive: true });
    await stub("qsub", 'if [ "$1" = -help ]; then echo "$VERSION"; echo usage; else echo "7$SGE_DEBUG_LEVEL"; fi');
    await stub("qstat", "echo asked");
  });

  afterEach(() => rm(directory, { recursive: true }));

  async function stub(name: string, text: string): Promise<void> {
    await writeFile(join(directory, "bin", name), `#!/bin/sh\n${text}\n`);
    await chmod(join(directory, "bin", name), 0o755);
  }

  const dialect = gridEngineDialect({});
  const { explain = () => expect.fail() } = dialect;

  function run(command: readonly string[]) {
    const { argv } = siteCommand(dialect.site ?? {}, command);
    const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), {
      encoding: "utf8",
      cwd: join(directory, "here"),
      env: {
        HOME: join(directory, "home"),
        PATH: `${directory}/bin:/usr/bin:/bin`,
        SGE_ROOT: join(directory, "root"),
        VERSION: version,
        SGE_DEBUG_LEVEL: "3 3 3 3 3 3 3 3",
        IFS: "t",
      },
    });
    return { argv, exitCode: status, stdout, stderr };
  }

  const submit = (changes: Parameters<typeof makeJob>[0] = {}) => {
    const job = makeJob(changes);
    return answers.parseSubmit(run(dialect.submit(job).argv), job);
  };

  const places = ["root/default/common/sge_request", "home/.sge_request", "here/.sge_request"];

  for (const option of ["-t 1-3", "-h", "-verify", "-w v", "-w p", "-sync y", "-tc 1", "-hold_jid_ad other"]) {
    it(`is not run where a default is ${option}, which no option overrules`, async () => {
      for (const place of places) {
        const file = join(directory, place);
        await writeFile(file, `# a comment with -h\n-l h_vmem=2G  ${option}`);
        const error = expectThrown(() => submit(), "HPCNB_SUBMIT_REJECTED");
        expect(error).to.include({ transient: false });
        expect(error.message).to.include(`${file} has -${/^-(\w+)/.exec(option)?.[1]}`);
        expect(error.hint).to.include("-clear");
        await writeFile(file, `${option}\n-clear -q all.q\n`);
        expect(submit()).to.equal("7");
        await rm(file);
      }
    });
  }

  it("is run where options overrule a default, or it changes nothing that matters", async () => {
    const harmless = [
      "# -h",
      "-sync n -now y",
      "-w e -N other -o /x -e /y -i /z -j n -S /bin/cat -b y -cwd",
      "-V -v A=1",
    ];
    harmless.push("-m be -M me@x -r y -notify -p -5 -P project -q all.q -l h_vmem=10M -pe smp 2 -c s -R y -js 5", "");
    for (const defaults of harmless) {
      await writeFile(join(directory, "home/.sge_request"), defaults);
      expect(submit(), defaults).to.equal("7");
    }
    await writeFile(join(directory, "home/.sge_request"), "-t 1-3 -tc 1 -hold_jid_ad other");
    expect(submit({ tasks: 4 }), "of an array").to.equal("7");
  });

  it("does not ask for jobs where a default would hide some", async () => {
    for (const place of ["root/default/common/sge_qstat", "home/.sge_qstat"]) {
      const file = join(directory, place);
      for (const option of ["-l arch=x", "-q long.q", "-qs d", "-j"]) {
        await writeFile(file, option);
        const error = expectThrown(() => answers.parseStatus(run(dialect.status().argv)), "HPCNB_SCHEDULER_ANSWER");
        expect(error.message).to.include(`${file} has ${option.split(" ")[0]}`);
        expect(run(explain("7").argv).stdout).to.equal("asked\n");
      }
      await writeFile(file, "-u bob -s p -f -ext -r -pri\n");
      expect(run(dialect.status().argv).stdout).to.equal("asked\n");
      await rm(file);
    }
  });

  it("is given a dollar in a path only by a Grid Engine that has a spelling for it", () => {
    const job = { workingDirectory: "/home/alice/$HOME" };
    for (version of ["SGE 8.1.9", "SGE 8.1.3pre", "SGE r273.8.1.9-262-g05d828f"]) expect(submit(job)).to.equal("7");
    for (version of ["OCS 9.1.4", "OCS 9.2.0prealpha", "UGE 8.6.4", "GE 6.2u5", "SGE 8.0.0e", ""]) {
      const error = expectThrown(() => submit(job), "HPCNB_SUBMIT_REJECTED");
      expect(error.message)
        .to.include(version || "this Grid Engine")
        .and.to.include("dollar");
      expect(error.hint).to.include("another name");
      expect(submit({ workingDirectory: "/home/alice/5$ and $x" })).to.equal("7");
    }
  });
});
