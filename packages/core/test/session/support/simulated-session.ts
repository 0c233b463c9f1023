import { dirname } from "node:path";
import { createMockScheduler, type MockOptions, type MockScheduler } from "@hpcnb/adapter-mock";
import {
  type Connector,
  encodeRecord,
  type HpcnbError,
  readinessPlugins,
  recordSize,
  type Scheduler,
} from "@hpcnb/core";
import {
  bringUp,
  type EngineTarget,
  type GroupChange,
  type SessionContext,
  type SessionState,
  type SessionUp,
  scale,
  Tracker,
} from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import {
  type FakeJob,
  fakeWorkload,
  MemoryHost,
  makeCluster,
  makeSession,
  readFakeJob,
  SimulatedClock,
} from "@hpcnb/core/testing";
import { expect } from "chai";

export const directory = "/home/alice/project";

export const up = (world: SimulatedSession, options = {}, scheduler?: Scheduler): Promise<SessionUp> =>
  world.clock.run(bringUp(world.context(scheduler), options));

export const scaleTo = (world: SimulatedSession, wanted: Record<string, number>, scheduler?: Scheduler) =>
  world.clock.run<GroupChange[]>(scale(world.context(scheduler), () => wanted));

/** What a new command sees of the session. */
export async function observed(world: SimulatedSession): Promise<SessionState> {
  const tracker = new Tracker(world.context(), directory);
  await world.clock.run(tracker.observe());
  return tracker.state;
}

export const failure = async (work: Promise<unknown>): Promise<HpcnbError> =>
  work.then(
    () => expect.fail("it succeeded"),
    (error) => error,
  );

const someIdentity = { certificate: "-----BEGIN CERTIFICATE-----", key: "-----BEGIN PRIVATE KEY-----" };

/**
 * A session whose jobs publish what real ones would, on a simulated scheduler: everything of the
 * life cycle is real, only time, the hosts and what runs in the jobs are not.
 */
export class SimulatedSession {
  readonly clock = new SimulatedClock();
  readonly host = new MemoryHost();
  readonly scheduler: MockScheduler;
  session: Session;
  /** Engines that never register, by task number. */
  readonly mute = new Set<number>();
  /** The notebook job sees its files late: what it has to say is kept until `storageIsReady`. */
  storageIsLate = false;
  readonly #late: (() => void)[] = [];
  #connection: { kind: string; baseUrl: string; run: string } | undefined;

  constructor(
    options: Partial<MockOptions> = {},
    { engines = 4, ...cluster }: Partial<NonNullable<Session["cluster"]>> & { engines?: number } = {},
    storageTimeoutMs = 120_000,
  ) {
    this.scheduler = createMockScheduler({ ...options, clock: this.clock });
    this.scheduler.control.onStart(({ spec, task }) => {
      const job = readFakeJob(spec);
      if (job) this.#publish(job, task);
    });
    this.session = makeSession({
      name: "demo",
      file: "/home/alice/session.yaml",
      scheduler: { plugin: "mock", options: {} },
      notebook: { directory },
      cluster: makeCluster(engines, { minimum: engines, ...cluster }),
      storage: { readiness: "probe", options: {}, timeoutMs: storageTimeoutMs },
      tunnel: { kind: "auto", options: {}, localPort: undefined, ports: undefined },
    });
  }

  /**
   * What one command sees: nothing is shared between two commands but the scheduler, the files and
   * the keeper.
   */
  context(scheduler: Scheduler = this.scheduler): SessionContext {
    const [probe] = readinessPlugins;
    const readiness = probe?.readiness?.create({
      clock: this.clock,
      log: () => {},
      timeoutMs: this.session.storage.timeoutMs,
      options: {},
    });
    if (!readiness) throw new Error("core has no probe");
    return {
      session: this.session,
      host: this.host,
      scheduler,
      schedulerFor: async () => this.scheduler,
      workload: fakeWorkload,
      readiness,
      connector: this.#connector(),
      makeTunnelKeys: async () => ({ notebook: someIdentity, keeper: someIdentity }),
      clock: this.clock,
      variables: {},
    };
  }

  /** The session file names another folder from now on. */
  moveTo(directory: string): void {
    this.session = { ...this.session, notebook: { ...this.session.notebook, directory } };
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** The ids of all jobs that the scheduler still lists. */
  async listed(): Promise<string[]> {
    return (await this.clock.run(this.scheduler.status())).map(({ id }) => id);
  }

  async disconnect(): Promise<void> {
    await this.#connector().disconnect(directory);
  }

  #connector(): Connector {
    return {
      check: () => {},
      current: async () => this.#connection,
      connect: async (_directory, run) => {
        this.#connection = { kind: "direct", baseUrl: "http://127.0.0.1:8888", run };
        return this.#connection;
      },
      oneTimeAddress: async () => "http://127.0.0.1:8888/hpcnb/open/once",
      isVisited: async () => true,
      disconnect: async () => {
        this.#connection = undefined;
      },
    };
  }

  /** A job's program, in a few lines: it writes what it has to say over its prepared record. */
  #publish(job: FakeJob, task: number): void {
    const { run, which, directory } = job;
    const write = (file: string, record: object) =>
      this.host.files.set(`${directory}/${file}.record`, encodeRecord({ run, ...record }));
    if (which.role === "notebook" && this.storageIsLate) this.#late.push(() => this.#publish(job, task));
    else if (which.role === "notebook") {
      const endpoint = { kind: "socket", host: "node1", path: "/tmp/hpcnb-1/nb.sock" };
      write("notebook", { state: "answering", host: "node1", storageSeconds: 0.1, endpoint, server: "JupyterLab 4" });
    } else if (which.role === "controller") {
      write("controller", { state: "answering", host: "node2" });
    } else {
      const number = which.array.first + task - 1;
      if (!this.mute.has(number)) this.hear(directory, number, "r");
    }
  }

  storageIsReady(): void {
    this.storageIsLate = false;
    for (const publish of this.#late.splice(0)) publish();
  }

  /** The controller in `place` publishes a letter for one engine. */
  hear(place: string, number: number, letter: string): void {
    const letters = this.#letters.get(place) ?? [];
    letters[number - 1] = letter;
    this.#letters.set(place, letters);
    const text = Array.from(letters, (known) => known ?? "-").join("");
    const run = /runs\/(\w+)\//.exec(place)?.[1] ?? "";
    this.host.files.set(`${place}/engines.record`, encodeRecord({ run, letters: text }));
  }

  /** How many engines the controller of the newest cluster is told to keep: ranges as pairs. */
  get targets(): unknown {
    const text = this.host.files.get(`${this.clusterDirectory}/targets.record`) ?? "";
    const { targets } = JSON.parse(text.slice(0, recordSize - 65)) as { targets: EngineTarget[] };
    return targets.map(({ ranges, wanted }) => ({ ranges: ranges.map(({ first, last }) => [first, last]), wanted }));
  }

  /** Where the newest cluster's records are. */
  get clusterDirectory(): string {
    return dirname([...this.host.files.keys()].filter((name) => name.endsWith("/targets.record")).at(-1) ?? "");
  }

  readonly #letters = new Map<string, string[]>();
}
