import {
  createCommandScheduler,
  definePlugin,
  type JobSpec,
  type JobStatus,
  notUnderstood,
  optionsSchema,
  optionWords,
  type SchedulerDialect,
  stateWords,
} from "@hpcnb/core";

export interface TspOptions {
  /** The socket of the queue, absolute. Default: that of the user's ordinary queue. */
  readonly socket?: string;
}

/** tsp starts its server when it is first used, and finds it by this socket: tsp(1), TS_SOCKET. */
const withSocket = ({ socket }: TspOptions, argv: readonly string[]) =>
  socket === undefined ? argv : ["env", `TS_SOCKET=${socket}`, ...argv];

/**
 * tsp runs commands, not scripts. The job gets the script as an open file that has no name any
 * more, so that nothing of it is left on the disk. The server is started first, without that file.
 */
const submitProgram = `
script=$(mktemp) && cat >"$script" && chmod 700 "$script" && exec 3<"$script" && rm "$script" || exit 1
tsp >/dev/null 3<&- || exit 75
name=$1 directory=$2 output=$3 limit=$4
shift 4
exec tsp -L "$name" "$@" sh -c 'cd "$1" && exec >"$2" 2>&1 && exec timeout --kill-after=10 "$3" /proc/self/fd/3' \\
  hpcnb "$directory" "$output" "$limit"`;

/** A job that begins to run between the question and the order is asked about once more. */
const cancelProgram = `
tsp >/dev/null || exit 75
for id in "$@"; do
  for try in 1 2; do
    case $(tsp -s "$id" 2>/dev/null) in
      queued) tsp -r "$id" && break ;;
      running) tsp -k "$id" && break ;;
      *) break ;;
    esac
  done
done`;

/** The states of tsp(1); a job is skipped when the one that it depends on has failed. */
const stateIn = stateWords({
  queued: "queued",
  starting: "allocating",
  running: "running",
  finished: "finished skipped",
});

/** The exit code of timeout(1) when the time is over. */
const timeIsOver = 124;

export function tspDialect(options: TspOptions = {}): SchedulerDialect {
  const command = (...argv: readonly string[]) => ({ argv: withSocket(options, argv) });
  return {
    title: "task-spooler",
    failures: { unreachableCode: 75 },
    runsOnHost: true,
    taskVariable: "HPCNB_TASK_ID",

    submit: ({ name, script, workingDirectory, output, resources }: JobSpec) => ({
      ...command(
        ...["sh", "-c", submitProgram, "hpcnb", name, workingDirectory, output],
        // timeout(1) takes 0 for no limit.
        `${resources.walltimeSeconds ?? 0}`,
        ...optionWords({ "-N": resources.cores }),
        ...(resources.native ?? []),
      ),
      stdin: script,
    }),

    status: () => command("tsp"),
    parseStatus: rowsOf,

    cancel: (targets) => command("sh", "-c", cancelProgram, "hpcnb", ...targets.map(String)),
  };
}

/** "3    finished   /tmp/ts-out.Nx1 0        1.02/0.00/0.00 [name]sh -c ..." */
const row = /^(\d+)\s+(\w+)\s+\S+\s+(?:(-?\d+)\s+[\d./]+\s+)?\[([^\]]*)\]/;

/** Jobs without a label are not hpcnb's. */
function rowsOf(text: string): JobStatus[] {
  const [head = "", ...lines] = text.split("\n");
  if (!head.startsWith("ID")) {
    throw notUnderstood("tsp", text);
  }
  return lines.flatMap((line): JobStatus[] => {
    const [, id, native, code, name] = row.exec(line) ?? [];
    if (id === undefined || native === undefined || name === undefined) return [];
    return [{ id, name, state: stateIn(native), native, ...(code === undefined ? {} : ending(Number(code))) }];
  });
}

/** tsp says -1 for a job that a signal ended. */
function ending(code: number): Pick<JobStatus, "exitCode" | "reason" | "walltimeReached"> {
  if (code === timeIsOver) return { reason: "its time was over", walltimeReached: true };
  return code < 0 ? { reason: "ended by a signal" } : { exitCode: code };
}

export default definePlugin({
  apiVersion: 1,
  name: "tsp",
  scheduler: {
    lacks: ["arrays", "memory", "queue"],
    optionsSchema: optionsSchema({
      socket: { type: "string", pattern: "^/", description: "The queue's socket (TS_SOCKET)." },
    }),
    create: ({ host, options }) => createCommandScheduler(host, tspDialect(options)),
  },
});
