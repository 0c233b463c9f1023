import { createMockScheduler, type MockOptions, type MockScheduler } from "@hpcnb/adapter-mock";
import {
  type Connector,
  encodeRecord,
  readinessPlugins,
  type Scheduler,
  type Session,
  type SessionContext,
  type Workload,
} from "@hpcnb/core";
import { SimulatedClock } from "@hpcnb/core/testing";
import { createWorkload } from "@hpcnb/jupyter";
import { MemoryHost } from "./memory-host.js";

const directory = "/home/alice/project";

/**
 * A session whose jobs publish what real ones would, on a simulated scheduler: everything of the life cycle is real, only time, the hosts
 * and Jupyter are not.
 */
export class SimulatedSession {
  readonly clock = new SimulatedClock();
  readonly host = new MemoryHost();
  readonly scheduler: MockScheduler;
  readonly session: Session;
  /** Engines that never register, by task number. */
  readonly mute = new Set<number>();
  #connection: { kind: string; baseUrl: string; run: string } | undefined;

  constructor(options: Partial<MockOptions> = {}, cluster: Partial<NonNullable<Session["cluster"]>> = {}) {
    this.scheduler = createMockScheduler({ ...options, clock: this.clock });
    this.scheduler.control.onStart(({ spec, task }) => this.#publish(spec.name, task));
    const engines = cluster.engines ?? 4;
    this.session = {
      name: "demo",
      file: "/home/alice/session.yaml",
      host: undefined,
      scheduler: { plugin: "mock", options: {} },
      notebook: { directory, app: "lab", environment: {}, saveScript: false, password: undefined, listen: "auto" },
      resources: {},
      cluster: { engines, minimum: engines, resources: {}, ...cluster },
      storage: { readiness: "probe", timeout: 120 },
      tunnel: { kind: "auto", localPort: undefined },
    };
  }

  /** What one command sees: nothing is shared between two commands but the scheduler, the files and the keeper. */
  context(scheduler: Scheduler = this.scheduler): SessionContext {
    const [probe] = readinessPlugins;
    const readiness = probe?.readiness?.create({ clock: this.clock, timeout: 120 });
    if (!readiness) throw new Error("core has no probe");
    return {
      session: this.session,
      host: this.host,
      scheduler,
      workload: this.#workload(),
      readiness,
      connector: this.#connector(),
      clock: this.clock,
    };
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

  #workload(): Workload {
    return { ...createWorkload(), check: async () => ({ summary: "Python" }), answers: async () => true };
  }

  #connector(): Connector {
    return {
      current: async () => this.#connection,
      connect: async (_directory, run) => {
        this.#connection = { kind: "direct", baseUrl: "http://127.0.0.1:8888", run };
        return this.#connection;
      },
      disconnect: async () => {
        this.#connection = undefined;
      },
    };
  }

  /** A job's program, in a few lines: it writes what it has to say over its prepared record. */
  #publish(jobName: string, task: number): void {
    const run = jobName.split("-").at(-1) ?? "";
    const [notebook, controller, engines] = createWorkload().recordPaths({
      directory: `${directory}/.hpcnb/runs/${run}`,
    });
    const write = (path: string | undefined, record: object) =>
      this.host.files.set(path ?? "", encodeRecord({ run, ...record }));
    if (jobName.includes("-notebook-")) {
      const endpoint = { kind: "socket", host: "node1", path: "/tmp/hpcnb-1/nb.sock" };
      write(notebook, { state: "answering", host: "node1", storage_seconds: 0.1, endpoint, server: "JupyterLab 4" });
    } else if (jobName.includes("-controller-")) {
      write(controller, { state: "answering", host: "node2" });
    } else if (!this.mute.has(task)) {
      this.#registered.add(task);
      write(engines, { state: "answering", registered: [...this.#registered].join(","), count: this.#registered.size });
    }
  }

  readonly #registered = new Set<number>();
}
