import { shellWord } from "@hpcnb/core";
import { findJupyter } from "../python.js";

/**
 * What a machine and a folder have, as lines of words with tabs between: see `parseFindings`.
 * Nothing is changed. A Python is asked where its packages are, from `/`: in a notebook's folder
 * there may be a file that has the name of one.
 */
export function lookScript(): string {
  return `
LC_ALL=C; export LC_ALL
unset CDPATH PYTHONHOME
case $1 in "~") set -- "$HOME" ;; "~/"*) set -- "$HOME/\${1#"~/"}" ;; esac
[ ! -d "$1" ] || printf 'directory\\t%s\\n' "$1"
for program in sbatch qconf qsub pbsnodes bsub; do
  if command -v "$program" >/dev/null 2>&1; then printf 'program\\t%s\\n' "$program"; fi
done
printf 'cores\\t%s\\n' "$(getconf _NPROCESSORS_ONLN 2>/dev/null)"
has() {
  labs= clusters=
  [ ! -e "$1/bin/jupyter-lab" ] || labs=lab
  [ ! -e "$1/bin/ipcontroller" ] || clusters=ipyparallel
  printf '%s\\t%s\\t%s\\t%s\\n' "$2" "$3" "$labs" "$clusters"
}
for config in "$1"/.*/pyvenv.cfg "$1"/*/pyvenv.cfg; do
  [ -f "$config" ] || continue
  folder=\${config%/pyvenv.cfg}
  has "$folder" venv "\${folder#"$1"/}"
done
case \${VIRTUAL_ENV-} in "" | "$1"/*) ;; *) has "$VIRTUAL_ENV" venv "$VIRTUAL_ENV" ;; esac
conda=$(command -v conda || command -v mamba || echo "\${CONDA_EXE:-}")
base=\${conda%/*/*}
for root in "$base" ~/miniforge3 ~/mambaforge ~/miniconda3 ~/anaconda3 /opt/conda; do
  for folder in "$root" "$root"/envs/*; do
    if [ -n "$root" ] && [ -d "$folder/conda-meta" ]; then has "$folder" conda "$folder"; fi
  done
done
if [ -f ~/.conda/environments.txt ]; then
  while read -r folder; do
    if [ -d "$folder/conda-meta" ]; then has "$folder" conda "$folder"; fi
  done < ~/.conda/environments.txt
fi
for file in "$1"/*.ipynb; do
  if [ -f "$file" ]; then printf 'notebook\\t%s\\n' "\${file##*/}"; fi
done
cd /
python=$(command -v python3 || command -v python)
[ -z "$python" ] || printf 'python\\t%s\\t%s\\n' "$python" "$("$python" -c ${shellWord(findJupyter())} 2>/dev/null </dev/null)"
`;
}

/**
 * Lists modules that promise a Python, in a bash that knows \`module\` as one of a login does. It
 * may take long on some sites.
 */
export const modulesScript = `
for file in /etc/profile.d/*[Mm]odul*.sh /etc/profile.d/*[Ll]mod*.sh; do
  type module >/dev/null 2>&1 || { [ -r "$file" ] && . "$file"; }
done
type module >/dev/null 2>&1 || exit 0
module -t avail 2>&1 </dev/null | grep -iE '(^|/)(python|jupyter|anaconda|miniconda|miniforge|conda)'
exit 0
`;
