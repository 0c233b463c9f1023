import {
  type CommandResult,
  checkJson,
  describeResult,
  type Host,
  HpcnbError,
  lineSchema,
  type Session,
} from "@hpcnb/core";
import * as v from "valibot";
import { environmentScript } from "./environment.js";
import { howToInstall } from "./how-to-install.js";
import { runPython } from "./job-script.js";

/** The oldest Python that the programs in ../python run on; ../python/start.py refuses older ones too. */
const oldestPython = [3, 9] as const;

/** The first ipyparallel with `python -m ipyparallel.controller` as it is used here. */
const oldestIpyparallel = 7;

/** A line beginning with this is the answer; the user's shell text may print others. */
const answerMark = "HPCNB_ENVIRONMENT ";

const packages = {
  jupyterlab: "JupyterLab",
  notebook: "Notebook",
  ipyparallel: "ipyparallel",
  jupyter_core: "jupyter_core",
  ipython: "IPython",
} as const;
type Package = keyof typeof packages;

/**
 * Versions that run configuration found in the working directory, which is the notebook's folder: CVE-2022-39286 and
 * CVE-2022-21699, mended in the second of each.
 */
const unsafeVersions = [
  { name: "jupyter_core", isUnsafe: (version: string) => isBefore(version, [4, 11, 2]), mended: "4.11.2" },
  {
    name: "ipython",
    isUnsafe: (version: string) => isBefore(version, [7, 31, 1]) || version === "8.0.0",
    mended: "8.0.1",
  },
] as const;

/** Asks the packages' metadata: importing them would take seconds. Runs on Python 2.7 too, to be able to say that it is old. */
const question = `
import json, os, sys
def has_pip():
    try:
        from importlib.util import find_spec
        return find_spec("pip") is not None
    except ImportError:
        return True
def version(name):
    try:
        from importlib.metadata import PackageNotFoundError, version
    except ImportError:
        return None
    try:
        return version(name)
    except PackageNotFoundError:
        return None
print("\\n${answerMark}" + json.dumps({
    "python": sys.executable,
    "version": ".".join(map(str, sys.version_info[:3])),
    "isOwn": sys.prefix != getattr(sys, "base_prefix", sys.prefix) or os.path.isdir(os.path.join(sys.prefix, "conda-meta")),
    "hasPip": has_pip(),
    "packages": dict((name, version(name)) for name in ${JSON.stringify(Object.keys(packages))}),
}))
`;

/**
 * Reads all of the script first: the user's shell text may read standard input. --norc: a job's bash reads no ~/.bashrc, and this
 * one would if its standard input were a socket.
 */
const runner = ["bash", "--norc", "-c", 'script=$(cat); exec </dev/null; eval "$script"', "bash"];

const versionSchema = v.pipe(lineSchema, v.maxLength(100));
const packageSchema = v.nullish(versionSchema, null);
const answerSchema = v.object({
  python: v.nullish(lineSchema, "Python"),
  version: versionSchema,
  /** Whether it is an environment of its own, and not what a system, a site or a user has for everything. */
  isOwn: v.optional(v.boolean(), false),
  hasPip: v.optional(v.boolean(), true),
  packages: v.object({
    jupyterlab: packageSchema,
    notebook: packageSchema,
    ipyparallel: packageSchema,
    jupyter_core: packageSchema,
    ipython: packageSchema,
  }),
});
type Answer = v.InferOutput<typeof answerSchema>;

/** See `Workload.check`. */
export async function checkEnvironment(
  host: Host,
  session: Session,
  directory: string,
  signal?: AbortSignal,
): Promise<{ readonly summary: string }> {
  const result = await host.run(runner, { stdin: environmentProbe(session, directory), cwd: directory, signal });
  return judgeEnvironment(result, { where: host.name, session, directory });
}

/** Shell text (bash) that finds the session's Python and asks it what it has; `judgeEnvironment` reads what it prints. Pure. */
export function environmentProbe({ notebook }: Pick<Session, "notebook">, directory: string): string {
  return `${environmentScript(notebook.environment, directory)}
${runPython(question)}
`;
}

/** @throws HPCNB_ENVIRONMENT: see `Workload.check`. Pure. */
export function judgeEnvironment(
  result: CommandResult,
  { where, session, directory }: { readonly where: string; readonly session: Session; readonly directory: string },
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
  const needed = neededPackages(session);
  refuseOldPython(answer, where, needed);
  refuseMissing(answer, where, { needed, conda: session.notebook.environment.conda, directory });
  const found = needed.map((name) => `${packages[name]} ${answer.packages[name]}`);
  return { summary: `Python ${answer.version} (${answer.python}) with ${found.join(" and ")}${warning(answer)}` };
}

function warning({ packages: found }: Answer): string {
  const told = unsafeVersions.flatMap(({ name, isUnsafe, mended }) => {
    const version = found[name];
    return version !== null && isUnsafe(version)
      ? [`${packages[name]} ${version} (update it to ${mended} or newer)`]
      : [];
  });
  return told.length === 0
    ? ""
    : `. Take care: configuration files in the notebook directory, whoever put them there, are run by ${told.join(" and ")}`;
}

function isBefore(version: string, first: readonly number[]): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const index = first.findIndex((number, place) => (parts[place] ?? 0) !== number);
  return index >= 0 && (parts[index] ?? 0) < (first[index] ?? 0);
}

function neededPackages(session: Session): Package[] {
  return [
    session.notebook.app === "lab" ? "jupyterlab" : "notebook",
    ...(session.cluster ? ["ipyparallel" as const] : []),
  ];
}

function refuseOldPython({ python, version }: Answer, where: string, needed: readonly Package[]): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldestPython[0] || (major === oldestPython[0] && minor >= oldestPython[1])) return;
  throw new HpcnbError(
    "HPCNB_ENVIRONMENT",
    `${python} on ${where} is Python ${version}, and ${oldestPython.join(".")} or newer is needed.`,
    { hint: `Name an environment with a newer Python and ${needed.join(" and ")} under notebook.environment.` },
  );
}

function refuseMissing(
  answer: Answer,
  where: string,
  options: { needed: readonly Package[]; conda: string | undefined; directory: string },
): void {
  const { needed, conda } = options;
  const missing = needed.filter((name) => answer.packages[name] === null);
  const { ipyparallel } = answer.packages;
  const isOld =
    needed.includes("ipyparallel") && ipyparallel !== null && Number.parseInt(ipyparallel, 10) < oldestIpyparallel;
  if (missing.length === 0 && !isOld) return;
  const wanted = isOld ? [...missing, `ipyparallel>=${oldestIpyparallel}`] : missing;
  const lacks = [
    ...missing.map((name) => `no ${packages[name]}`),
    ...(isOld ? [`ipyparallel ${ipyparallel}, which is too old`] : []),
  ];
  throw new HpcnbError(
    "HPCNB_ENVIRONMENT",
    `${conda === undefined ? answer.python : `${answer.python} of the conda environment ${conda}`} on ${where} (Python ${answer.version}) has ${lacks.join(" and ")}.`,
    { hint: howToInstall(answer, { ...options, wanted, host: where }) },
  );
}
