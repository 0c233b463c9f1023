import { shellWord } from "@hpcnb/core";

interface Found {
  /** Absolute path. */
  readonly python: string;
  /** A virtual or conda environment, into which packages may be put. */
  readonly isOwn: boolean;
  readonly hasPip: boolean;
}

interface Wanted {
  /** What is missing, as pip takes it. */
  readonly wanted: readonly string[];
  readonly conda: string | undefined;
  /** The notebook directory. */
  readonly directory: string;
  readonly host: string;
}

/**
 * Lines to paste that put what is missing where it may be put. Into the Python of a system pip
 * installs nothing (PEP 668), and into that of a site nobody but the site: there the way is an
 * environment of the notebook's own. Pure.
 */
export function howToInstall({ python, isOwn, hasPip }: Found, { wanted, conda, directory, host }: Wanted): string {
  const words = wanted.map(shellWord).join(" ");
  const where = host === "this machine" ? "here" : `on ${host}`;
  if (conda !== undefined) {
    const which = conda.includes("/") ? "--prefix" : "--name";
    return `Install it ${where} with:\n  conda install ${which} ${shellWord(conda)} --channel conda-forge ${words}`;
  }
  const pip = `${shellWord(python)} -m pip install ${words}`;
  if (isOwn) {
    const first = hasPip ? "" : `${shellWord(python)} -m ensurepip && `;
    return `Install it ${where} with:\n  ${first}${pip}`;
  }
  return `Make an environment that has it ${where} with:
  cd ${shellWord(directory)} && ${shellWord(python)} -m venv .venv && .venv/bin/python -m pip install ${words}
and name it in the session file, below notebook:
  environment: { venv: .venv }`;
}
