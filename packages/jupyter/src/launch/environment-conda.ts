import { shellWord } from "@hpcnb/core";

/** Conda itself, or one of the programs that do the same by another name: mamba and micromamba. */
const condaInit = `hpcnb_conda=$(command -v conda || true)
for hpcnb_candidate in "\${CONDA_EXE:-}" ~/miniforge3/bin/conda ~/mambaforge/bin/conda ~/miniconda3/bin/conda ~/anaconda3/bin/conda /opt/conda/bin/conda "\${MAMBA_EXE:-}" "$(command -v micromamba)" "$(command -v mamba)" ~/.local/bin/micromamba; do
  if [ -z "$hpcnb_conda" ] && [ -x "$hpcnb_candidate" ]; then hpcnb_conda=$hpcnb_candidate; fi
done
[ -n "$hpcnb_conda" ] || hpcnb_fail "notebook.environment.conda is set, but conda was not found on $(hostname). Name its module under notebook.environment.modules, or put it on PATH under notebook.environment.setup."
hpcnb_step="the start-up text of $hpcnb_conda"
case \${hpcnb_conda##*/} in
  mamba|micromamba) eval "$("$hpcnb_conda" shell hook --shell bash)"; hpcnb_conda=\${hpcnb_conda##*/} ;;
  *) if [ -x "$hpcnb_conda" ]; then eval "$("$hpcnb_conda" shell.bash hook)"; fi; hpcnb_conda=conda ;;
esac`;

/** Shell text that activates the environment, or ends with a sentence. */
export function condaScript(name: string): string {
  const word = shellWord(name);
  return `${condaInit}
hpcnb_step="the activation of the conda environment "${word}
"$hpcnb_conda" activate ${word} || hpcnb_fail "The conda environment "${word}" could not be activated on $(hostname)."
hpcnb_step=
set +eu`;
}
