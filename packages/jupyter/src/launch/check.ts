import {
  type CommandResult,
  checkJson,
  describeResult,
  type Host,
  HpcnbError,
  lineSchema,
  shellWord,
} from "@hpcnb/core";
import type { Session } from "@hpcnb/core/session-file";
import * as v from "valibot";
import { scriptText } from "../python.js";
import { environmentScript } from "./environment.js";
import { howToInstall } from "./how-to-install.js";
import { runPython } from "./job-script.js";
import { processesSchema, refuseTooFewProcesses } from "./processes.js";

/**
 * The oldest Python that the programs in ../python run on; ../python/start.py refuses older ones
 * too.
 */
const oldestPython = [3, 9] as const;

/** A line that begins with this is the answer: see ../../python/hpcnb_launch/ask_environment.py. */
const answerMark = "HPCNB_ENVIRONMENT ";

/** A package that a session needs in its Python environment. */
export interface Need {
  /** As pip knows it. */
  readonly name: string;
  /** As people know it. */
  readonly title: string;
  /** The first major version that will do. */
  readonly oldest?: number;
}

/**
 * Versions that run configuration found in the working directory, which is the notebook's folder:
 * CVE-2022-39286 and CVE-2022-21699, fixed in the second of each.
 */
const unsafeVersions = [
  {
    name: "jupyter_core",
    title: "jupyter_core",
    isUnsafe: (version: string) => isBefore(version, [4, 11, 2]),
    fixedIn: "4.11.2",
  },
  {
    name: "ipython",
    title: "IPython",
    isUnsafe: (version: string) => isBefore(version, [7, 31, 1]) || version === "8.0.0",
    fixedIn: "8.0.1",
  },
] as const;

/**
 * Reads all of the script first: the user's shell text may read standard input. --norc: a job's
 * bash reads no ~/.bashrc, and this one would if its standard input were a socket.
 */
const runner = ["bash", "--norc", "-c", 'script=$(cat); exec </dev/null; eval "$script"', "bash"];

const versionSchema = v.pipe(lineSchema, v.maxLength(100));
const packageSchema = v.nullish(versionSchema, null);
const answerSchema = v.object({
  python: v.nullish(lineSchema, "Python"),
  version: versionSchema,
  /**
   * Whether it is an environment of its own, and not what a system, a site or a user has for
   * everything.
   */
  isOwn: v.optional(v.boolean(), false),
  hasPip: v.optional(v.boolean(), true),
  processes: v.nullish(processesSchema, null),
  packages: v.record(v.string(), packageSchema),
});
type Answer = v.InferOutput<typeof answerSchema>;

/** What is looked for on behalf of a session. */
export interface Asked {
  readonly session: Pick<Session, "notebook">;
  /** The notebook directory; absolute. */
  readonly directory: string;
  readonly needs: readonly Need[];
  /** Processes and threads that will be started on the host; undefined where that is not asked. */
  readonly processes?: number;
}

/** See `Workload.check`. */
export async function checkEnvironment(
  host: Host,
  asked: Asked,
  signal: AbortSignal | undefined,
): Promise<{ readonly summary: string }> {
  const result = await host.run(runner, { stdin: environmentProbe(asked), cwd: asked.directory, signal });
  return judgeEnvironment(result, { ...asked, where: host.name });
}

/**
 * Shell text (bash) that finds the session's Python and asks it what it has; `judgeEnvironment`
 * reads what it prints. Pure.
 */
export function environmentProbe({ session, directory, needs }: Asked): string {
  const names = [...needs, ...unsafeVersions].map(({ name }) => shellWord(name));
  return `${environmentScript(session.notebook.environment, directory)}
${runPython(scriptText("ask_environment"))} ${names.join(" ")}
`;
}

/** @param where the name of the host. @throws HPCNB_ENVIRONMENT: see `Workload.check`. Pure. */
export function judgeEnvironment(
  result: CommandResult,
  { where, session, directory, needs, processes }: Asked & { readonly where: string },
): { readonly summary: string } {
  const line = result.stdout.split("\n").findLast((text) => text.startsWith(answerMark));
  if (result.exitCode !== 0 || line === undefined) {
    const said = result.stderr.split("\n").find((text) => text.startsWith("hpcnb: "));
    throw new HpcnbError(
      "HPCNB_ENVIRONMENT",
      said?.slice("hpcnb: ".length) ??
        `The Python environment could not be set up on ${where}: ${describeResult(result)}`,
      { hint: "notebook.environment in the session file says how the notebook's Python is found." },
    );
  }
  const { value: answer, problem } = checkJson(answerSchema, line.slice(answerMark.length));
  if (answer === undefined) {
    throw new HpcnbError("HPCNB_ENVIRONMENT", `Python on ${where} gave no proper answer: ${problem}`, {
      hint: "notebook.environment.setup prints something that looks like it: look for HPCNB_ENVIRONMENT there.",
    });
  }
  refuseOldPython(answer, where, needs);
  refuseMissing(answer, where, { needs, conda: session.notebook.environment.conda, directory });
  if (processes !== undefined && answer.processes)
    refuseTooFewProcesses(answer.processes, { needed: processes, where });
  const found = needs.map(({ name, title }) => `${title} ${answer.packages[name]}`);
  return { summary: `Python ${answer.version} (${answer.python}) with ${found.join(" and ")}${warning(answer)}` };
}

function warning({ packages }: Answer): string {
  const told = unsafeVersions.flatMap(({ name, title, isUnsafe, fixedIn }) => {
    const version = packages[name];
    return version && isUnsafe(version) ? [`${title} ${version} (update it to ${fixedIn} or newer)`] : [];
  });
  return told.length === 0
    ? ""
    : `. Take care: configuration files in the notebook directory, even another user's, are run by ${told.join(" and ")}`;
}

function isBefore(version: string, first: readonly number[]): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const index = first.findIndex((number, at) => (parts[at] ?? 0) !== number);
  return index >= 0 && (parts[index] ?? 0) < (first[index] ?? 0);
}

function refuseOldPython({ python, version }: Answer, where: string, needs: readonly Need[]): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldestPython[0] || (major === oldestPython[0] && minor >= oldestPython[1])) return;
  throw new HpcnbError(
    "HPCNB_ENVIRONMENT",
    `${python} on ${where} is Python ${version}, and ${oldestPython.join(".")} or newer is needed.`,
    {
      hint: `Name an environment with a newer Python and ${needs.map(({ name }) => name).join(" and ")} under notebook.environment.`,
    },
  );
}

function refuseMissing(
  answer: Answer,
  where: string,
  options: { needs: readonly Need[]; conda: string | undefined; directory: string },
): void {
  const { needs, conda } = options;
  const lacking = needs.flatMap(({ name, title, oldest }) => {
    const version = answer.packages[name];
    if (version == null) return [{ lack: `no ${title}`, wanted: name }];
    if (oldest === undefined || Number.parseInt(version, 10) >= oldest) return [];
    return [{ lack: `${title} ${version}, which is too old`, wanted: `${name}>=${oldest}` }];
  });
  if (lacking.length === 0) return;
  const python = conda === undefined ? answer.python : `${answer.python} of the conda environment ${conda}`;
  const lacks = lacking.map(({ lack }) => lack).join(" and ");
  throw new HpcnbError("HPCNB_ENVIRONMENT", `${python} on ${where} (Python ${answer.version}) has ${lacks}.`, {
    hint: howToInstall(answer, { ...options, wanted: lacking.map(({ wanted }) => wanted), host: where }),
  });
}
