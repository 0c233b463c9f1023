import { describeResult, type Host, HpcnbError, type Session } from "@hpcnb/core";
import { environmentScript } from "./environment.js";

/** The oldest Python that the programs in ../python run on. */
const oldestPython = [3, 9] as const;

/** The first ipyparallel with `python -m ipyparallel.controller` as it is used here. */
const oldestIpyparallel = 7;

/** A line beginning with this is the answer; the user's shell text may print others. */
const answerMark = "HPCNB_ENVIRONMENT ";

const packages = { jupyterlab: "JupyterLab", notebook: "Notebook", ipyparallel: "ipyparallel" } as const;
type Package = keyof typeof packages;

/** Asks the packages' metadata: importing them would take seconds. Runs on Python 3.6 too, to be able to say that it is old. */
const question = `
import json, sys
if sys.path and sys.path[0] == "":
    del sys.path[0]
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
    "packages": {name: version(name) for name in ${JSON.stringify(Object.keys(packages))}},
}))
`;

/**
 * Reads all of the script first: the user's shell text may read standard input. --norc: a job's bash reads no ~/.bashrc, and this
 * one would if its standard input were a socket.
 */
const runner = ["bash", "--norc", "-c", 'script=$(cat); exec </dev/null; eval "$script"', "bash"];

interface Answer {
  readonly python: string;
  readonly version: string;
  readonly packages: Readonly<Record<Package, string | null>>;
}

/** See `Workload.check`. */
export async function checkEnvironment(
  host: Host,
  session: Session,
  directory: string,
  signal?: AbortSignal,
): Promise<{ readonly summary: string }> {
  const script = `${environmentScript(session.notebook.environment, directory)}
exec "$python" - <<'HPCNB_QUESTION'
${question}HPCNB_QUESTION
`;
  const result = await host.run(runner, { stdin: script, cwd: directory, signal });
  const line = result.stdout.split("\n").findLast((text) => text.startsWith(answerMark));
  if (result.exitCode !== 0 || line === undefined) {
    const said = result.stderr.split("\n").find((text) => text.startsWith("hpcnb: "));
    throw new HpcnbError(
      "HPCNB_ENVIRONMENT",
      said?.slice("hpcnb: ".length) ??
        `The Python environment could not be set up on ${host.name}: ${describeResult(result)}`,
      { hint: "notebook.environment in the session file says how the notebook's Python is found." },
    );
  }
  const answer = JSON.parse(line.slice(answerMark.length)) as Answer;
  const needed = neededPackages(session);
  refuseOldPython(answer, host, needed);
  refuseMissing(answer, host, needed);
  const found = needed.map((name) => `${packages[name]} ${answer.packages[name]}`);
  return { summary: `Python ${answer.version} (${answer.python}) with ${found.join(" and ")}` };
}

function neededPackages(session: Session): Package[] {
  return [
    session.notebook.app === "lab" ? "jupyterlab" : "notebook",
    ...(session.cluster ? ["ipyparallel" as const] : []),
  ];
}

function refuseOldPython({ python, version }: Answer, host: Host, needed: readonly Package[]): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldestPython[0] || (major === oldestPython[0] && minor >= oldestPython[1])) return;
  throw new HpcnbError(
    "HPCNB_ENVIRONMENT",
    `${python} on ${host.name} is Python ${version}, and ${oldestPython.join(".")} or newer is needed.`,
    { hint: `Name an environment with a newer Python and ${needed.join(" and ")} under notebook.environment.` },
  );
}

function refuseMissing(answer: Answer, host: Host, needed: readonly Package[]): void {
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
    `${answer.python} on ${host.name} (Python ${answer.version}) has ${lacks.join(" and ")}.`,
    {
      hint: `Install with: ${answer.python} -m pip install ${wanted.map((name) => (name.includes(">") ? `'${name}'` : name)).join(" ")}\nOr name an environment that has it under notebook.environment in the session file.`,
    },
  );
}
