import { check, type Host, isHpcnbError, lineSchema } from "@hpcnb/core";
import { lookScript, modulesScript } from "./look-script.js";

/** A Python that was found, as `notebook.environment` names it; "path" is the first one on PATH. */
export interface FoundPython {
  readonly kind: "venv" | "conda" | "module" | "path";
  readonly value: string;
  /** Undefined for a module: what it has is known once it is loaded. */
  readonly lab: boolean | undefined;
  readonly ipyparallel: boolean | undefined;
}

/** What there is on a host, and in the folder with the notebooks there. */
export interface Findings {
  /** Absolute; undefined where there is no such folder. */
  readonly directory: string | undefined;
  /** Scheduler commands on PATH. */
  readonly programs: readonly string[];
  readonly cores: number;
  readonly pythons: readonly FoundPython[];
  readonly notebooks: readonly string[];
}

/** Listing all modules takes some sites very long. */
const limitMs = 20_000;

/** Names at most: of modules, environments and notebooks. */
const most = 30;

/** Looks around on a host; `tell` hears of what could not be looked at. */
export async function lookAround(
  host: Host,
  directory: string,
  { signal, tell }: { signal: AbortSignal; tell: (sentence: string) => void },
): Promise<Findings> {
  const options = { signal, timeoutMs: limitMs };
  const [{ stdout }, modules] = await Promise.all([
    host.run(["sh", "-c", lookScript(), "hpcnb", directory], options),
    host.run(["bash", "--norc", "-c", modulesScript], options).catch((error) => {
      // Listing modules is slow or broken on some sites; what else fails, the other question meets,
      // too.
      if (!isHpcnbError(error, "HPCNB_TIMEOUT") && !isHpcnbError(error, "HPCNB_COMMAND_FAILED")) throw error;
      tell(`The modules of ${host.name} are not known: ${error.message}`);
      return { stdout: "" };
    }),
  ]);
  const findings = parseFindings(stdout);
  return { ...findings, pythons: [...findings.pythons, ...parseModules(modules.stdout)] };
}

/** What the script has printed. A start-up file may have printed lines of its own. Pure. */
export function parseFindings(text: string): Findings {
  const rows = text
    .split("\n")
    .map((line) => line.split("\t"))
    .filter((cells) => cells.every((cell) => check(lineSchema, cell).problem === undefined));
  const all = (kind: string) => rows.flatMap(([word, value]) => (word === kind && value ? [value] : []));
  const pythons = rows.flatMap(([kind, value = "", ...has]): FoundPython[] => {
    if (kind !== "venv" && kind !== "conda" && kind !== "python") return [];
    const packages = { lab: has.includes("lab"), ipyparallel: has.includes("ipyparallel") };
    return value === "" ? [] : [{ kind: kind === "python" ? "path" : kind, value, ...packages }];
  });
  const cores = Number(all("cores").at(-1));
  return {
    directory: all("directory").at(-1),
    programs: all("program"),
    cores: Number.isSafeInteger(cores) && cores > 0 ? cores : 1,
    pythons: pythons
      .filter((one, index) => pythons.findIndex(({ value }) => value === one.value) === index)
      .slice(0, most),
    notebooks: all("notebook").slice(0, most),
  };
}

/**
 * The names that `module -t avail` lists: among folders, and with marks such as "(default)". Pure.
 */
export function parseModules(text: string): FoundPython[] {
  const names = text
    .split("\n")
    .flatMap((line) => /^([^\s:()-][^\s:()]*[^\s:()/])(\(\S*\))?\s*$/.exec(line)?.[1] ?? []);
  return [...new Set(names)]
    .filter((name) => !name.startsWith("/") && check(lineSchema, name).problem === undefined)
    .slice(-most)
    .map((value) => ({ kind: "module", value, lab: undefined, ipyparallel: undefined }));
}
