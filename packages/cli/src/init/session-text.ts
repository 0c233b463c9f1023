import type { FoundPython, FoundScheduler } from "@hpcnb/client";
import { describe } from "./pythons.js";

/** All that is asked or found, and goes into a session file. */
export interface SessionChoices {
  readonly name: string;
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
  const { name, host, scheduler, directory, engines } = choices;
  const lines: Line[] = [
    [`# yaml-language-server: $schema=${schemaFile}`],
    [
      "# What `hpcnb up` starts. `hpcnb validate` checks this file; an editor that reads YAML completes and explains the keys.",
    ],
    [`name: ${scalar(name)}`, "of the session, its jobs and its IPython profile"],
    ...(host === undefined ? [] : [[`host: ${scalar(host)}`, "the submit node, as ssh knows it"] as const]),
    [`scheduler: ${scheduler.name}`, schedulerComment(scheduler, host)],
    ["notebook:"],
    [`  directory: ${scalar(directory)}`, folderComment(choices)],
    ...pythonLines(choices.python),
    ...resourceLines(choices),
    ...engineLines(choices),
  ];
  if (engines === 0)
    lines.push(["# cluster:"], ["#   engines: 8", "ipyparallel engines; without them there is only the notebook"]);
  return `${layOut(lines).join("\n")}\n`;
}

type Line = readonly [text: string, comment?: string | undefined];

function layOut(lines: readonly Line[]): string[] {
  const widths = lines.flatMap(([text, comment]) => (comment === undefined ? [] : [text.length]));
  const width = Math.min(40, Math.max(...widths));
  return lines.map(([text, comment]) => (comment === undefined ? text : `${text.padEnd(width)} # ${comment}`));
}

function schedulerComment({ name, title }: FoundScheduler, host: string | undefined): string {
  const place = host === undefined ? "this machine" : "that machine";
  return name === "local" ? `${place} is the cluster` : title;
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
  const { kind, value } = python;
  const text = kind === "module" ? `modules: [${scalar(value)}]` : `${kind}: ${scalar(value)}`;
  return [["  environment:"], [`    ${text}`, describe(python)]];
}

function resourceLines({ walltime, scheduler }: SessionChoices): Line[] {
  if (walltime === undefined) return [];
  return [
    ["resources:", "of the notebook's job"],
    [`  walltime: ${scalar(walltime)}`, "it ends after this time"],
    ["  # memory: 4G"],
    ["  # queue: NAME", "where the site has no default"],
    ...(scheduler.name === "sge"
      ? [["  # cores: 2", "more than one needs options.parallelEnvironment, too"] as const]
      : []),
  ];
}

function engineLines({ engines, walltime }: SessionChoices): Line[] {
  if (engines === 0) return [];
  const needs: Line[] =
    walltime === undefined
      ? []
      : [["  resources:", "of each engine"], [`    walltime: ${scalar(walltime)}`], ["    # memory: 4G"]];
  return [["cluster:"], [`  engines: ${engines}`, "`hpcnb scale` changes it while the notebook goes on"], ...needs];
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
