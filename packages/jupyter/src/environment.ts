import { type PythonEnvironment, shellWord } from "@hpcnb/core";

/**
 * Exit codes 99 and 100 mean "run me again" and "keep me in error" to some schedulers: the user's shell text must not
 * end a job with them by chance.
 */
const prologue = `hpcnb_fail() { hpcnb_failed=1; echo "hpcnb: $*" >&2; exit 1; }
trap 'hpcnb_code=$?; [ -n "\${hpcnb_failed-}" ] || echo "notebook.environment ended with exit code $hpcnb_code on \${HOSTNAME-}; its shell text must not exit." >&2; case $hpcnb_code in 99|100) exit 1 ;; esac' EXIT`;

/** https://modules.readthedocs.io and https://lmod.readthedocs.io: where a shell that is no login shell finds `module`. */
const moduleInit = `if ! type module >/dev/null 2>&1; then
  for hpcnb_init in /etc/profile.d/modules.sh /etc/profile.d/lmod.sh "\${MODULESHOME:-/usr/share/modules}/init/bash"; do
    if [ -r "$hpcnb_init" ]; then . "$hpcnb_init"; break; fi
  done
  type module >/dev/null 2>&1 || hpcnb_fail "notebook.environment.modules is set, but there is no module command on $(hostname)."
fi`;

const condaInit = `hpcnb_conda=$(command -v conda || true)
for hpcnb_candidate in "\${CONDA_EXE:-}" ~/miniforge3/bin/conda ~/mambaforge/bin/conda ~/miniconda3/bin/conda ~/anaconda3/bin/conda /opt/conda/bin/conda; do
  if [ -z "$hpcnb_conda" ] && [ -x "$hpcnb_candidate" ]; then hpcnb_conda=$hpcnb_candidate; fi
done
[ -n "$hpcnb_conda" ] || hpcnb_fail "notebook.environment.conda is set, but conda was not found on $(hostname). Name its module under notebook.environment.modules, or put it on PATH under notebook.environment.setup."
if [ -x "$hpcnb_conda" ]; then eval "$("$hpcnb_conda" shell.bash hook)"; fi`;

const findPython = `python=$(command -v python3 || command -v python) || hpcnb_fail "There is no python3 on PATH on $(hostname 2>/dev/null || echo "\${HOSTNAME-}") (PATH=$PATH)."`;

/** Shell text (bash) after which `$python` is the Python asked for, or which ends with a sentence on stderr and exit code 1. */
export function environmentScript(environment: PythonEnvironment, directory: string): string {
  const { modules = [], setup, conda, venv } = environment;
  return [
    prologue,
    ...(modules.length > 0 ? [moduleInit, ...modules.map(loadModule)] : []),
    ...(setup === undefined ? [] : ["# notebook.environment.setup", setup, "# end of notebook.environment.setup"]),
    ...(conda === undefined ? [] : [condaInit, activateConda(conda)]),
    venv === undefined ? findPython : useVenv(venv, directory),
  ].join("\n");
}

function loadModule(name: string): string {
  const word = shellWord(name);
  return `module load ${word} || hpcnb_fail "The module "${word}" could not be loaded on $(hostname)."`;
}

function activateConda(name: string): string {
  const word = shellWord(name);
  return `conda activate ${word} || hpcnb_fail "The conda environment "${word}" could not be activated on $(hostname)."
${findPython}`;
}

function useVenv(venv: string, directory: string): string {
  const path = venv.startsWith("~/")
    ? `~/${shellWord(venv.slice(2))}`
    : shellWord(venv.startsWith("/") ? venv : `${directory}/${venv}`);
  return `VIRTUAL_ENV=${path}
python=$VIRTUAL_ENV/bin/python
[ -x "$python" ] || hpcnb_fail "There is no virtual environment in $VIRTUAL_ENV on $(hostname): $python is missing."
PATH=$VIRTUAL_ENV/bin:$PATH
export VIRTUAL_ENV PATH`;
}
