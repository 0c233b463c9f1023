import type { FoundPython, FoundScheduler, OfferedSite } from "@hpcnb/client";
import { describe } from "./pythons.js";

/** All that is asked or found, and goes into a session file. */
export interface SessionChoices {
  readonly name: string;
  readonly site?: OfferedSite | undefined;
  /** Those that it is not to have. */
  readonly otherSites?: readonly string[];
  readonly host: string | undefined;
  readonly scheduler: FoundScheduler;
  /** As `notebook.directory` has it. */
  readonly directory: string;
  readonly notebooks: readonly string[];
  readonly python: FoundPython | undefined;
  /** 0: none. */
  readonly engines: number;
  readonly walltime: string | undefined;
}

/** The file beside the session file that its first line names. */
export const schemaFile = "session.schema.json";

/** A session file with comments for people, and the modeline of an editor. Pure. */
export function sessionText(choices: SessionChoices): string {
  const { name, site, otherSites = [], host, scheduler, directory, engines } = choices;
  if (site) return withHead(linesWithSite(choices, site));
  const lines: Line[] = [
    [`name: ${scalar(name)}`, "of the session, its jobs and its IPython profile"],
    ...(otherSites.length === 0 ? [] : [["site: none", `or ${otherSites.join(", ")}`] as const]),
    ...(host === undefined ? [] : [[`host: ${scalar(host)}`, "the submit node, as ssh knows it"] as const]),
    [`scheduler: ${scheduler.name}`, schedulerComment(scheduler, host)],
    ["notebook:"],
    [`  directory: ${scalar(directory)}`, folderComment(choices)],
    ...pythonLines(choices.python),
    ...resourceLines(choices),
    ...engineLines(choices),
  ];
  if (engines === 0) lines.push(["# cluster:"], [`#   engines: ${enginesOffered}`, engineComment(engines)]);
  return withHead(lines);
}

function withHead(lines: readonly Line[]): string {
  const head: Line[] = [
    [`# yaml-language-server: $schema=${schemaFile}`],
    [
      "# What `hpcnb up` starts. `hpcnb validate` checks this file; an editor that reads YAML completes and explains the keys.",
    ],
  ];
  return `${layOut([...head, ...lines]).join("\n")}\n`;
}

/** What the site knows is left to it. */
function linesWithSite(choices: SessionChoices, { name, files }: OfferedSite): Line[] {
  const { python, directory, engines } = choices;
  const environment = python && python.kind !== "path" ? `, environment: { ${pythonKey(python)} }` : "";
  const cluster = `cluster: { engines: ${engines || enginesOffered} }`;
  return [
    [`site: ${scalar(name)}`, `${files.join(", ")}; \`hpcnb validate --explain\` shows what it says`],
    [`notebook: { directory: ${scalar(directory)}${environment} }`, folderComment(choices)],
    [`${engines === 0 ? "# " : ""}${cluster}`, engineComment(engines)],
  ];
}

/** In a line that is no key yet. */
const enginesOffered = 8;

function engineComment(engines: number): string {
  return engines === 0
    ? "ipyparallel engines; without them there is only the notebook"
    : "`hpcnb scale` changes it while the notebook goes on";
}

type Line = readonly [text: string, comment?: string | undefined];

function layOut(lines: readonly Line[]): string[] {
  const widths = lines.flatMap(([text, comment]) => (comment === undefined ? [] : [text.length]));
  const width = Math.min(40, Math.max(...widths));
  return lines.map(([text, comment]) => (comment === undefined ? text : `${text.padEnd(width)} # ${comment}`));
}

function schedulerComment({ name, title }: FoundScheduler, host: string | undefined): string {
  const machine = host === undefined ? "this machine" : "that machine";
  return name === "local" ? `${machine} is the cluster` : title;
}

function folderComment({ notebooks, host }: SessionChoices): string {
  const [first, second] = notebooks;
  const found = first === undefined ? "" : `: ${first}${second === undefined ? "" : `, ${second}`}`;
  const more = notebooks.length > 2 ? ", ..." : "";
  return `the folder with the notebooks${host === undefined ? "" : " there"}${found}${more}`;
}

function pythonLines(python: FoundPython | undefined): Line[] {
  if (python === undefined || python.kind === "path") {
    const known = python && describe(python);
    return [
      [
        "  # environment: { venv: .venv }",
        `or conda, modules; without it, python3 on PATH${known ? ` (${known})` : ""}`,
      ],
    ];
  }
  return [["  environment:"], [`    ${pythonKey(python)}`, describe(python)]];
}

function pythonKey({ kind, value }: FoundPython): string {
  return kind === "module" ? `modules: [${scalar(value)}]` : `${kind}: ${scalar(value)}`;
}

/** What people look for first with a scheduler of their own. */
const schedulersWords: Readonly<Record<string, readonly Line[]>> = {
  sge: [["  # cores: 2", "more than one needs options.parallelEnvironment, too"]],
  slurm: [["  # options: { account: NAME }", "where the site wants one; also qos, constraint, gpus"]],
};

function resourceLines({ walltime, scheduler }: SessionChoices): Line[] {
  if (walltime === undefined) return [];
  return [
    ["resources:", "of the notebook's job"],
    [`  walltime: ${scalar(walltime)}`, "it ends after this time"],
    ["  # memory: 4G"],
    ["  # queue: NAME", "where the site has no default"],
    ...(schedulersWords[scheduler.name] ?? []),
  ];
}

function engineLines({ engines, walltime }: SessionChoices): Line[] {
  if (engines === 0) return [];
  const needs: Line[] =
    walltime === undefined
      ? []
      : [["  resources:", "of each engine"], [`    walltime: ${scalar(walltime)}`], ["    # memory: 4G"]];
  return [["cluster:"], [`  engines: ${engines}`, engineComment(engines)], ...needs];
}

/**
 * A YAML scalar that is this text, and nothing else: `8:00:00` is a number to some, and `no` no
 * text. Pure.
 */
function scalar(text: string): string {
  const isPlain =
    /^\d+[smhd]$|^[A-Za-z.~/_][\w.~/@+-]*$/.test(text) &&
    !/^(~|\.|\.?(y|n|yes|no|on|off|true|false|null|nan|inf))$/i.test(text);
  return isPlain || text === "." ? text : JSON.stringify(text);
}
