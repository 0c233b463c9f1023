import type { FoundPython } from "@hpcnb/client";
import type { Choice } from "../printing/prompts.js";

const kinds = { venv: "virtual environment", conda: "conda environment", module: "module", path: "python3 on PATH" };

/**
 * The most useful first. Modules come after what is known to have JupyterLab, and before what is
 * known to have none. Pure.
 */
export function rankPythons(found: readonly FoundPython[]): FoundPython[] {
  const rank = ({ lab, ipyparallel, value }: FoundPython) => {
    if (lab === undefined) return /jupyter/i.test(value) ? 2 : 3;
    return lab ? (ipyparallel ? 0 : 1) : 4;
  };
  const newestFirst = (one: FoundPython, other: FoundPython) =>
    one.kind === "module" && other.kind === "module"
      ? other.value.localeCompare(one.value, "en", { numeric: true })
      : 0;
  return [...found].sort((one, other) => rank(one) - rank(other) || newestFirst(one, other));
}

/** Pure. */
export function pythonChoices(ranked: readonly FoundPython[]): Choice<number>[] {
  return ranked.map((python, value) => ({
    value,
    label: `${kinds[python.kind]}: ${python.value}`,
    hint: describe(python),
  }));
}

/** What it has of what a session needs; undefined where that is not known. Pure. */
export function describe({ lab, ipyparallel }: FoundPython): string | undefined {
  if (lab === undefined) return undefined;
  if (lab && ipyparallel) return "has JupyterLab and ipyparallel";
  return lab ? "has JupyterLab, no ipyparallel" : "no JupyterLab";
}
