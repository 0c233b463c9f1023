import {
  type CommandResult,
  type ErrorCode,
  type Host,
  HpcnbError,
  type JobStatus,
  readinessPlugins,
  type Scheduler,
  systemClock,
} from "@hpcnb/core";
import type { SessionContext } from "@hpcnb/core/session";
import { readSessionText } from "@hpcnb/core/session-file";
import { createWorkload } from "@hpcnb/jupyter";
import { makeTunnelKeys } from "@hpcnb/tunnel";
import { expect } from "chai";
import { type Check, examine, type Finding } from "../../src/doctor/examine.js";
import { type Examined, hostChecks } from "../../src/doctor/host.js";
import { jobCheck } from "../../src/doctor/job.js";

const { signal } = new AbortController();
const silent = { begin: () => {}, end: () => {} };

const fails = (code: ErrorCode) => async (): Promise<never> => {
  throw new HpcnbError(code, `broken: ${code}`, { hint: "Mend it." });
};

const jumpingClock = () => {
  let time = 0;
  const sleep = async (milliseconds: number) => {
    time += milliseconds;
  };
  return { now: () => time, sleep };
};

/** A host on which all is well; `broken` has what is not. */
function fakeHost(broken: Partial<Host> & { space?: string; folder?: Partial<CommandResult> } = {}) {
  const files = new Map<string, string>();
  const removed: string[] = [];
  const { space = "space disk 100 1 9000000 1% /\n", folder = {}, ...methods } = broken;
  const done = (argv: readonly string[], more: Partial<CommandResult> = {}): CommandResult => ({
    ...{ argv, exitCode: 0, stdout: "", stderr: "" },
    ...more,
  });
  const host: Host = {
    name: "login",
    identity: async () => "login",
    run: async (argv) => {
      if (argv[0] === "rm") removed.push(argv.at(-1) ?? "");
      if (argv[2]?.includes("df -Pk")) return done(argv, { stdout: space });
      if (argv[2]?.includes("pwd -L")) return done(argv, { stdout: "/d\n", ...folder });
      return done(argv);
    },
    readFiles: async (paths) => paths.map((path) => files.get(path)),
    writeFiles: async (written) => {
      for (const { path, text } of written) files.set(path, text);
    },
    lock: async () => ({ release: async () => {} }),
    ...methods,
  };
  return { host, files, removed };
}

function fakeScheduler(broken: Partial<Scheduler> = {}): Scheduler {
  return {
    ...{ runsOnHost: true, taskVariable: "TASK", nameOf: (name: string) => name, render: () => "script" },
    submit: async () => "7",
    status: async () => [],
    cancel: async () => {},
    explain: async () => undefined,
    history: async () => undefined,
    ...broken,
  };
}

async function examined(world: { host: Host; scheduler?: Scheduler; check?: () => Promise<{ summary: string }> }) {
  const { session } = await readSessionText("host: login\nnotebook: { directory: /d }\n", "/s.yaml");
  if (!session) throw new Error("The session file is not valid");
  const { host, scheduler = fakeScheduler(), check = async () => ({ summary: "Python 3" }) } = world;
  const readiness = readinessPlugins[0]?.readiness?.create({
    clock: systemClock,
    log: () => {},
    timeoutMs: 1,
    options: {},
  });
  if (!readiness) throw new Error("There is no readiness");
  const context: SessionContext = {
    ...{
      session,
      host,
      scheduler,
      schedulerFor: async () => scheduler,
      readiness,
      connector: undefined,
      makeTunnelKeys,
      variables: {},
    },
    clock: jumpingClock(),
    workload: { ...createWorkload(), check },
  };
  return { context, signal, directory: "" } satisfies Examined;
}

const states = (findings: readonly Finding[]) => Object.fromEntries(findings.map(({ name, state }) => [name, state]));
const look = async (world: Parameters<typeof examined>[0]) => {
  const findings = await examine(hostChecks(await examined(world)), silent);
  return { findings, states: states(findings) };
};

const good = {
  ssh: "ok",
  folder: "ok",
  space: "ok",
  storage: "ok",
  locks: "ok",
  python: "ok",
  scheduler: "ok",
  jobs: "ok",
};

describe("hpcnb doctor's checks of a host", () => {
  it("find nothing where all is well, and leave no file", async () => {
    const { host, removed } = fakeHost();
    expect((await look({ host })).states).to.deep.equal(good);
    expect(removed).to.have.length(1);
  });

  const broken: Record<string, [world: () => Parameters<typeof examined>[0], differences: Record<string, string>]> = {
    "a folder that is not there": [
      () => fakeHost({ folder: { exitCode: 81 } }),
      { folder: "failed", space: "skipped", storage: "skipped", locks: "skipped", python: "skipped", jobs: "skipped" },
    ],
    "a full disk": [() => fakeHost({ space: "space disk 100 100 0 100% /\n" }), { space: "failed" }],
    "a disk without inodes": [() => fakeHost({ space: "inodes disk 100 100 0 100% /\n" }), { space: "failed" }],
    "a nearly full disk": [() => fakeHost({ space: "space disk 100 100 90 99% /\n" }), { space: "warning" }],
    "an exceeded quota": [
      () => fakeHost({ space: "space d 100 1 9000000 1% /\nquota /home 5000* 4000 6000\n" }),
      { space: "warning" },
    ],
    "a disk that takes no file": [() => fakeHost({ writeFiles: fails("HPCNB_COMMAND_FAILED") }), { storage: "failed" }],
    "a disk that forgets": [() => fakeHost({ readFiles: async () => [undefined] }), { storage: "failed", jobs: "ok" }],
    "a lock that hangs": [() => fakeHost({ lock: fails("HPCNB_TIMEOUT") }), { locks: "failed" }],
    "a lock that another command holds": [() => fakeHost({ lock: fails("HPCNB_BUSY") }), {}],
    "no Jupyter where jobs run": [() => ({ ...fakeHost(), check: fails("HPCNB_ENVIRONMENT") }), { python: "failed" }],
    "no Jupyter where jobs are submitted": [
      () => ({ ...fakeHost(), check: fails("HPCNB_ENVIRONMENT"), scheduler: fakeScheduler({ runsOnHost: false }) }),
      { python: "warning" },
    ],
    "a scheduler that is not there": [
      () => ({ ...fakeHost(), scheduler: fakeScheduler({ status: fails("HPCNB_SCHEDULER_UNREACHABLE") }) }),
      { scheduler: "failed" },
    ],
    "needs that the scheduler cannot express": [
      () => {
        const render = () => {
          throw new HpcnbError("HPCNB_UNSUPPORTED", "broken: no parallel environment", { hint: "Name it." });
        };
        return { ...fakeHost(), scheduler: fakeScheduler({ render }) };
      },
      { jobs: "failed" },
    ],
  };
  for (const [what, [world, differences]] of Object.entries(broken)) {
    it(`find ${what}, and say what to do`, async () => {
      const { findings, states: seen } = await look(world());
      expect(seen).to.deep.equal({ ...good, ...differences });
      for (const { state, hint, text, name } of findings)
        if (state === "failed" && name !== "storage") expect(hint, text).to.be.a("string");
    });
  }

  it("look no further on a host that lets nobody in", async () => {
    const { states: seen } = await look(fakeHost({ run: fails("HPCNB_SSH") }));
    expect(seen).to.deep.equal({
      ...Object.fromEntries(Object.keys(good).map((name) => [name, "skipped"])),
      ssh: "failed",
    });
  });

  it("end when the user ends them, and pass on what is a fault of hpcnb", async () => {
    const interrupted = await examined(fakeHost({ run: fails("HPCNB_ABORTED") }));
    for (const [checks, message] of [
      [hostChecks(interrupted), /HPCNB_ABORTED/],
      [
        [
          {
            name: "a",
            run: () => {
              throw new Error("a fault");
            },
          },
        ] satisfies Check[],
        /a fault/,
      ],
    ] as const) {
      const error = await examine(checks, silent).catch((thrown: Error) => thrown);
      expect(String(error)).to.match(message);
    }
  });
});

describe("hpcnb doctor's job", () => {
  const needed: Check[] = ["folder", "scheduler", "jobs", "ssh"].map((name) => ({
    name,
    run: () => ({ state: "ok", text: "" }),
  }));
  const running: JobStatus = { id: "7", name: "d", state: "running", native: "r" };
  const run = async (broken: Partial<Scheduler>, files: Readonly<Record<string, string>> = {}) => {
    const { host, removed } = fakeHost({
      readFiles: async (paths) => paths.map((path) => files[path.slice(path.lastIndexOf("/") + 1)]),
    });
    const cancelled: unknown[] = [];
    const cancel: Scheduler["cancel"] = async (targets) => {
      cancelled.push(...targets);
    };
    const world = await examined({ host, scheduler: fakeScheduler({ cancel, ...broken }) });
    const finding = (await examine([...needed, jobCheck({ ...world, directory: "/d" })], silent)).at(-1);
    return { finding, cancelled, removed };
  };
  const probe = 'HPCNB_ENVIRONMENT {"python":"/p","version":"3.11.2","packages":{"jupyterlab":"4.4.0"}}\n';
  const all = { here: "node1\n", seen: "seen\n", probe, code: "0\n", problem: "" };

  it("tells what its node has, and leaves neither job nor file", async () => {
    const { finding, cancelled, removed } = await run({ status: async () => [running] }, all);
    expect(finding?.state, finding?.text).to.equal("ok");
    expect(finding?.text).to.match(
      /^job 7 ran on node1; .* took \d+\.\d s; Python 3\.11\.2 .* with JupyterLab 4\.4\.0/,
    );
    expect(cancelled).to.deep.equal(["7"]);
    expect(removed).to.have.length(1);
  });

  it("tells what its node lacks", async () => {
    const { finding } = await run(
      { status: async () => [running] },
      { ...all, probe: probe.replace('"4.4.0"', "null") },
    );
    expect(finding).to.include({ state: "failed", code: "HPCNB_ENVIRONMENT" });
    expect(finding?.text).to.include("on node1 (Python 3.11.2) has no JupyterLab");
  });

  for (const [what, broken, code] of [
    ["is refused", { submit: fails("HPCNB_SUBMIT_REJECTED") }, "HPCNB_SUBMIT_REJECTED"],
    ["ends without a word", {}, "HPCNB_JOB_ENDED"],
    ["waits for too long", { status: async () => [{ ...running, state: "queued" }] }, "HPCNB_TIMEOUT"],
  ] as [string, Partial<Scheduler>, ErrorCode][]) {
    it(`is removed when it ${what}`, async () => {
      const { finding, cancelled, removed } = await run({ explain: async () => "no free slots", ...broken });
      expect(finding, finding?.text).to.include({ state: "failed", code });
      if (code === "HPCNB_TIMEOUT") expect(finding?.text).to.include("no free slots");
      expect(cancelled).to.deep.equal(code === "HPCNB_SUBMIT_REJECTED" ? [] : ["7"]);
      expect(removed).to.have.length(1);
    });
  }
});
