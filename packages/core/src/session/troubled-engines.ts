import { defined } from "../defined.js";
import type { TaskStatus } from "../scheduler.js";
import { logOf } from "./engine-arrays.js";
import { type EngineFacts, isRegistered } from "./engines.js";
import { enginesIn, type SessionState } from "./session-state.js";
import type { Tracker } from "./tracker.js";

/** An engine with a problem, according to the scheduler or the controller. */
export interface TroubledEngine {
  readonly engine: number;
  readonly group: string;
  readonly problem: string;
  readonly host?: string;
  /** The last line of its log that tells something about it. */
  readonly log?: string;
}

/** Lines at the end of a log in which that is looked for. */
const tailLines = 100;

/**
 * In the order of their numbers. Engines that are queued or starting are as they should be. Pure.
 */
export function troubledEngines(state: Pick<SessionState, "jobs" | "reports">): TroubledEngine[] {
  return enginesIn(state).flatMap((engine): TroubledEngine[] => {
    const problem = problemOf(engine);
    if (problem === undefined) return [];
    const host = engine.task?.host;
    return [{ engine: engine.number, group: engine.group, problem, ...defined({ host }) }];
  });
}

function problemOf(engine: EngineFacts): string | undefined {
  const { state, report, task } = engine;
  if (state === "failed") {
    if (isRegistered(engine)) return "the controller knows it, and the scheduler no longer lists it";
    if (task?.state === "error") return `the scheduler gave up on it (${task.native})${because(task)}`;
    return `it has ended${because(task)}`;
  }
  if (state === "suspended") return `the scheduler has suspended it (${task?.native ?? ""})${because(task)}`;
  if (report === "lost") return `the controller no longer hears from it; the scheduler says "${task?.native ?? ""}"`;
  if (report === "restarted") return "it was started again";
  return state === "running" && report === undefined ? "it runs, and the controller does not know it yet" : undefined;
}

function because(task: TaskStatus | undefined): string {
  return task?.reason === undefined ? "" : `: ${task.reason}`;
}

/** The same with what their logs say: one command for all. */
export async function withLogs(tracker: Tracker, differences: readonly TroubledEngine[]): Promise<TroubledEngine[]> {
  const { record } = tracker.state;
  if (!record || differences.length === 0) return [...differences];
  const paths = differences.map(({ engine }): string => {
    const log = logOf(record, "engines", engine);
    if (!log) throw new Error(`No array has the engine ${engine}`);
    return tracker.context.workload.logPath(log);
  });
  // With a second file, tail prints before each which one it is; a log that is not there is left
  // out.
  const { stdout } = await tracker.context.host.run(["tail", "-n", String(tailLines), "/dev/null", ...paths]);
  return differences.map((difference, index) => {
    const log = tellingLine(stdout, paths[index] ?? "");
    return log === undefined ? difference : { ...difference, log };
  });
}

function tellingLine(output: string, path: string): string | undefined {
  const header = `==> ${path} <==\n`;
  const start = output.startsWith(header) ? 0 : output.indexOf(`\n${header}`) + 1;
  if (!output.startsWith(header, start)) return undefined;
  const [text = ""] = output.slice(start + header.length).split(/\n==> \/.* <==\n/);
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const about = lines.findLast((line) => /^hpcnb: engine \d+ on \S+ (has ended|was suspended|cannot reach)/.test(line));
  return about ?? lines.findLast((line) => !line.startsWith("hpcnb: ended")) ?? lines.at(-1);
}
