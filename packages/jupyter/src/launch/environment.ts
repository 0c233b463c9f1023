import { shellWord } from "@hpcnb/core";
import type { PythonEnvironment } from "@hpcnb/core/session-file";
import { condaScript } from "./environment-conda.js";
import { moduleScript } from "./environment-modules.js";

/**
 * Variables of the shell, or of a notebook, that hpcnb was started from. A Python or a Jupyter
 * server that inherits them breaks or goes astray. What modules, `setup` and
 * `notebook.environment.variables` set comes later, and stays.
 */
export const notInherited = [
  "PYTHONHOME",
  "PYTHONWARNINGS",
  "PYTHONOPTIMIZE",
  "PYTHONINSPECT",
  "PYTHONVERBOSE",
  "PYTHONDEBUG",
  "PYTHONDUMPREFS",
  "PYTHONPROFILEIMPORTTIME",
  "PYTHONCASEOK",
  "PYTHONIOENCODING",
  "PYTHONPLATLIBDIR",
  "JUPYTER_TOKEN",
  "JUPYTER_TOKEN_FILE",
  "JUPYTER_PORT",
  "JUPYTER_PORT_RETRIES",
] as const;

/** The beginnings of the names of others: of a JupyterHub, of a kernel, of an engine. */
export const notInheritedPrefixes = ["JUPYTERHUB_", "JPY_", "IPP_"] as const;

const unset = [...notInherited, ...notInheritedPrefixes.map((prefix) => `"\${!${prefix}@}"`)].join(" ");

/**
 * `hpcnb_step` names what runs, while it is text that hpcnb did not write. Such text must not end a
 * job with one of the scheduler's reserved exit codes by chance.
 */
const prologue = (reserved: readonly number[]) => `hpcnb_fail() { hpcnb_failed=1; echo "hpcnb: $*" >&2; exit 1; }
trap 'hpcnb_code=$?; [ -n "\${hpcnb_failed-}" ] || [ -z "\${hpcnb_step-}" ] || echo "$hpcnb_step ended with exit code $hpcnb_code on \${HOSTNAME-}; its shell text must not exit." >&2${insteadOf(reserved)}' EXIT
# Left by the shell that hpcnb was started from; what the lines below set stays.
set +eu
unset ${unset}`;

function insteadOf(reserved: readonly number[]): string {
  return reserved.length === 0 ? "" : `; case $hpcnb_code in ${reserved.join("|")}) exit 1 ;; esac`;
}

/** A path that stays true in another directory. */
const findPython = `python=$(command -v python3 || command -v python) || hpcnb_fail "There is no python3 on PATH on $(hostname 2>/dev/null || echo "\${HOSTNAME-}") (PATH=$PATH)."
case $python in /*) ;; *) python=$PWD/$python ;; esac`;

/**
 * Shell text (bash) after which `$python` is the path of the Python asked for, or which ends with a
 * sentence on stderr and exit code 1. The working directory is `/` then: Python looks for modules
 * in the one that it is started from, where a notebook's folder may hold a json.py or a
 * sitecustomize.py.
 */
export function environmentScript(
  environment: PythonEnvironment,
  directory: string,
  reservedExitCodes: readonly number[] = [],
): string {
  const { modules = [], setup, conda, venv } = environment;
  return [
    prologue(reservedExitCodes),
    ...(modules.length > 0 ? [moduleScript(modules)] : []),
    ...(setup === undefined ? [] : [usersText(setup)]),
    ...(conda === undefined ? [] : [condaScript(conda)]),
    venv === undefined ? (conda === undefined ? findPython : findCondasPython(conda)) : useVenv(venv, directory),
    "cd /",
  ].join("\n");
}

function usersText(setup: string): string {
  return `hpcnb_step="notebook.environment.setup"
# notebook.environment.setup
${setup}
# end of notebook.environment.setup
hpcnb_step=
set +eu`;
}

/**
 * PATH may name another one first: an environment that was active already is not activated again.
 */
function findCondasPython(name: string): string {
  const word = shellWord(name);
  return `if [ -n "\${CONDA_PREFIX-}" ]; then
  python=$CONDA_PREFIX/bin/python
  [ -x "$python" ] || hpcnb_fail "The conda environment "${word}" on $(hostname) has no Python: $python is missing."
  PATH=$CONDA_PREFIX/bin:$PATH
else
  ${findPython.replace("\n", "\n  ")}
fi`;
}

function useVenv(venv: string, directory: string): string {
  const path = venv.startsWith("~/")
    ? `~/${shellWord(venv.slice(2))}`
    : shellWord(venv.startsWith("/") ? venv : `${directory}/${venv}`);
  return `VIRTUAL_ENV=${path}
python=$VIRTUAL_ENV/bin/python
[ -x "$python" ] || hpcnb_fail "There is no virtual environment in $VIRTUAL_ENV on $(hostname): $python is missing."
PATH=$VIRTUAL_ENV/bin:$PATH
unset PYTHONHOME
export VIRTUAL_ENV PATH`;
}
