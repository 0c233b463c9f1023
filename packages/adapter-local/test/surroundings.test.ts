import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { requestCommand } from "../src/program.js";

/** Submits, looks at and ends jobs one after the other, and prints what it was told. */
const driver = `
import json, os, signal, subprocess, sys, time
prelude, spool, work = sys.argv[1:4]
argv, program = json.load(sys.stdin)
program = prelude + program
argv[-1] = str(len(program.encode()))
def ask(verb, **what):
    request = {"verb": verb, **({"spool": spool} if spool else {}), **what}
    done = subprocess.run(argv, input=(program + json.dumps(request)).encode(), capture_output=True)
    return json.loads(done.stdout) if done.returncode == 0 else {"crashed": done.stderr.decode()[-2000:]}
def submit(script, **more):
    job = {"name": "a job", "script": "#!/bin/sh\\n" + script, "workingDirectory": work, "output": work + "/out", **more}
    answer = ask("submit", job=job)
    if "id" not in answer:
        print(json.dumps({"submit": answer, "status": ask("status")}))
        sys.exit()
    return answer["id"]
def ended(id):
    deadline = time.monotonic() + 60
    while True:
        answer = ask("history", id=id, name="a job")
        if "ended" in answer or time.monotonic() > deadline:
            return answer.get("ended", answer)
        time.sleep(0.1)
seen = {}
id = submit("(setsid sleep 4712 &); sleep 4712", walltime=1)
seen["walltime"] = ended(id)
id = submit("sleep 4712")
seen["listed"] = [(job["id"] == id, job["native"]) for job in ask("status")["jobs"]]
seen["cancel"] = ask("cancel", targets=[{"id": id}])
seen["cancelled"] = ended(id)
id = submit("sleep 4712")
state = subprocess.run(["find", *([spool] if spool else json.loads(os.environ["PLACES"])), "-path", f"*/jobs/{id}/state.json"], stdout=subprocess.PIPE).stdout.decode().strip()
os.kill(json.load(open(state))["supervisor"]["pid"], signal.SIGKILL)
deadline = time.monotonic() + 20
while ask("status")["jobs"][0]["native"] == "running" and time.monotonic() < deadline:
    time.sleep(0.1)
seen["abandoned"] = [job["native"] for job in ask("status")["jobs"]]
seen["cancel"] = ask("cancel", targets=[{"id": id}])
seen["swept"] = ended(id)
seen["left"] = ask("status")["jobs"]
seen["place"] = os.path.dirname(os.path.dirname(os.path.dirname(state)))
print(json.dumps(seen))
`;

const nobody = 65534;
const asNobody = ["setpriv", "--reuid", `${nobody}`, "--regid", `${nobody}`, "--clear-groups"];

interface Surroundings {
  /** Lines of a shell, run by root in a mount and pid namespace of its own. */
  readonly before?: readonly string[];
  /** What Python is told before the scheduler's program. */
  readonly prelude?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** No spool is named then. */
  readonly spool?: false;
  /** Words of the shell before the command, such as limits. */
  readonly limits?: string;
}

/**
 * Jobs of another user than root, so that root's processes are somebody else's. Root is needed to
 * arrange that.
 */
describe("jobs on a machine that is not as usual", () => {
  let folder: string;
  const fallback = `/var/tmp/hpcnb-local-jobs-${nobody}`;

  before(function () {
    if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip();
    if (existsSync(fallback)) this.skip();
  });

  beforeEach(async () => {
    folder = await mkdtemp("/tmp/hpcnb-surroundings-");
    for (const name of ["work", "home"]) {
      mkdirSync(join(folder, name));
      execFileSync("chown", [`${nobody}`, join(folder, name)]);
    }
    chmodSync(folder, 0o755);
    await writeFile(join(folder, "driver.py"), driver);
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
    rmSync(fallback, { recursive: true, force: true });
  });

  function inSurroundings({ before = [], prelude = "", env = {}, spool, limits = "" }: Surroundings) {
    const { argv, stdin = "" } = requestCommand({});
    const program = Buffer.from(stdin)
      .subarray(0, Number(argv.at(-1)))
      .toString();
    const home = join(folder, "home");
    const words = [...asNobody, "/usr/bin/python3", "-I", join(folder, "driver.py"), prelude];
    // Somebody else's process, to be met.
    const script = ["sleep 1000 &", ...before, `${limits} "$@"`].join("\n");
    const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const places = [spool === false ? "" : join(home, "spool"), join(folder, "work")];
    const { stdout, stderr } = spawnSync("unshare", [...namespaces, "sh", "-euc", script, "sh", ...words, ...places], {
      input: JSON.stringify([argv, program]),
      env: { PATH: "/usr/bin:/bin", HOME: home, PLACES: JSON.stringify([home, fallback]), ...env },
      cwd: folder,
      encoding: "utf8",
    });
    expect(stdout, stderr).to.match(/^\{/);
    return JSON.parse(stdout);
  }

  function expectAllWell(seen: Record<string, unknown>): void {
    const { place: _, ...said } = seen;
    expect(said.submit).to.equal(undefined);
    expect(said).to.deep.equal({
      walltime: { reason: "the walltime of 0:00:01 was reached", walltimeReached: true },
      listed: [[true, "running"]],
      cancel: {},
      cancelled: { reason: "it was cancelled" },
      abandoned: ["abandoned"],
      swept: { reason: "it was cancelled after its supervisor had been killed" },
      left: [],
    });
  }

  const proc = (options: string) => [`mount -t proc -o ${options} proc /proc`];
  const usual: Record<string, Surroundings> = {
    "where no process of others can be read (hidepid=1)": { before: proc("hidepid=1") },
    "where no process of others can be seen (hidepid=2)": { before: proc("hidepid=2") },
    "where /proc shows processes only (subset=pid)": { before: proc("subset=pid") },
    "where /proc cannot be written to": { before: ["mount -o remount,ro,bind /proc"] },
    "where /proc is another namespace's": { before: ["umount /proc"] },
    "where there is no /proc": { before: ["mount -t tmpfs none /proc"] },
    "where a file system has no locks (ENOLCK)": { prelude: withoutLocks("ENOLCK") },
    "where a file system has no locks (ENOSYS)": { prelude: withoutLocks("ENOSYS") },
    "where a file system has no locks (EOPNOTSUPP)": { prelude: withoutLocks("EOPNOTSUPP") },
    "where no program may be run from the spool (noexec)": {
      before: ['mount -t tmpfs -o noexec,mode=777 none "$HOME"'],
    },
    "with all that can be said to Python, to bash and to the loader of locales": {
      env: {
        PYTHONHOME: "/nowhere",
        PYTHONPATH: "/nowhere",
        PYTHONSTARTUP: "/nowhere",
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONUTF8: "0",
        PYTHONIOENCODING: "ascii",
        PYTHONWARNINGS: "error",
        PYTHONOPTIMIZE: "2",
        BASH_ENV: "/nowhere",
        ENV: "/nowhere",
        LC_ALL: "xx_XX.nothing",
        TMPDIR: "/nowhere",
        XDG_RUNTIME_DIR: "/nowhere",
      },
    },
    "with few files and processes at a time": { limits: "ulimit -n 24; ulimit -c 0;" },
    "with a umask that shuts directories": { limits: "umask 0177;" },
  };
  for (const [where, surroundings] of Object.entries(usual)) {
    it(`run and end ${where}`, () => expectAllWell(inSurroundings(surroundings)));
  }

  const homes: Record<string, Surroundings> = {
    "cannot be written to": { before: ['mount --bind -o ro "$HOME" "$HOME"', 'mount -o remount,ro,bind "$HOME"'] },
    "does not exist": { env: { HOME: "/nowhere/at/all" } },
    "is not known, of a user who is not either": { env: { HOME: "" }, before: ["mount --bind /dev/null /etc/passwd"] },
    "is relative": { env: { HOME: "somewhere" }, before: ["mount --bind /dev/null /etc/passwd"] },
    "is no directory": { env: { HOME: "/dev/null" } },
  };
  for (const [what, surroundings] of Object.entries(homes)) {
    it(`are kept in /var/tmp when the home ${what}`, () => {
      const seen = inSurroundings({ ...surroundings, spool: false });
      expectAllWell(seen);
      expect(seen.place).to.equal(fallback);
      expect(statSync(fallback).mode & 0o777).to.equal(0o700);
    });
  }

  it("do not go where somebody else waits for them, and say so", () => {
    mkdirSync(fallback);
    const seen = inSurroundings({ env: { HOME: "/nowhere/at/all" }, spool: false });
    expect(seen.submit.failed).to.match(/^there is no place for jobs: .*; the spool can be in another directory/);
    expect(seen.status).to.deep.equal(seen.submit);
  });

  it("are refused in a sentence where the disk is full", () => {
    const seen = inSurroundings({ before: ['mount -t tmpfs -o size=4k,mode=777 none "$HOME"'] });
    expect(seen.submit.rejected).to.include("No space left on device").and.include("the scheduler's option `spool`");
  });

  it("are refused in a sentence, and leave nothing, where no process can be started", () => {
    const seen = inSurroundings({ prelude: withoutProcesses });
    expect(seen.submit.rejected).to.match(/^no process could be started for the job: .*\(see `ulimit -a`\)$/);
    expect(seen.status).to.deep.equal({ jobs: [] });
  });
});

function withoutLocks(answer: string): string {
  return `import errno, fcntl
def flock(*_): raise OSError(errno.${answer}, "no locks here")
fcntl.flock = flock
`;
}

const withoutProcesses = `import errno, os
def fork(): raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
os.fork = fork
`;
