import { randomBytes } from "node:crypto";

/**
 * How the line begins that ssh's `bootstrap` waits for. Anything else is not run: it may be a part
 * of the command's own input.
 */
const greeting = ": hpcnb;";

/**
 * What ssh is told to run, whatever is to be run: a line of shell text follows on standard input,
 * and after it the command's own input. Every login shell understands it alike, because it has no
 * newline, no `!` (csh), no backslash (fish) and no variable outside quotes.
 */
export const bootstrap = `exec sh -c 'IFS= read -r line; case $line in "${greeting}"*) ours=1; eval "$line" ;; *) exit 120 ;; esac'`;

/** Exit codes of the line itself, told beside the end marker. */
const outcomes = { ended: "end", noDirectory: "no-directory", noProgram: "no-program" } as const;

export interface RemoteCommand {
  /** The first line of standard input. */
  readonly line: string;
  /** Unlike anything that a login prints. */
  readonly marker: string;
}

/**
 * Text for the remote shell that runs an argv. Around it marks are printed: what a login file or a
 * site's banner prints comes before the first, what ssh itself says of the connection after the
 * last. The process id in the first mark is that of the command's process group.
 */
export function remoteCommand(
  argv: readonly string[],
  cwd?: string,
  marker = `hpcnb-${randomBytes(8).toString("hex")}`,
): RemoteCommand {
  const [program = ""] = argv;
  const end = (outcome: string, detail: string) => `printf '%s %s %s\\n' ${marker} ${outcome} "${detail}" >&2`;
  const leave = (outcome: string, detail: string) => `{ ${end(outcome, detail)}; exit; }`;
  const found = program.includes("/")
    ? `{ [ -f ${quote(program)} ] && [ -x ${quote(program)} ]; }`
    : `command -v -- ${quote(program)} >/dev/null 2>&1`;
  const line = [
    // A shell that a start-up file put in the bootstrap's place: only these two leave the rest of
    // the input to the command.
    `[ -n "$ours$BASH_VERSION$ZSH_VERSION" ] || exit 120`,
    // A newline cannot be in a line; command substitution would drop a final one.
    `n=$(printf '\\n_')`,
    `n=\${n%_}`,
    `printf '%s %s\\n' ${marker} $$`,
    `printf '%s\\n' ${marker} >&2`,
    ...(cwd === undefined ? [] : [`cd -- ${quote(cwd)} 2>/dev/null || ${leave(outcomes.noDirectory, "")}`]),
    `${found} || ${leave(outcomes.noProgram, "$PATH")}`,
    // A subshell, so that `exec` makes a program of the first word, never one of the shell's own
    // commands.
    `(exec ${argv.map(quote).join(" ")})`,
    end(outcomes.ended, "$?"),
  ].join("; ");
  return { line: `${greeting} ${line}\n`, marker };
}

export type RemoteOutcome =
  | { readonly kind: "ended"; readonly status: number }
  | { readonly kind: "no-directory" }
  | { readonly kind: "no-program"; readonly path: string };

export interface RemoteOutput {
  /** What the command itself printed. */
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined: the command was never started. */
  readonly processGroup: number | undefined;
  /** Undefined: the connection or the shell ended before the command did. */
  readonly outcome: RemoteOutcome | undefined;
  /** What was printed around it: the login's words and ssh's. */
  readonly around: string;
}

/** Takes apart what ssh printed for `remoteCommand`. */
export function readRemoteOutput({ stdout, stderr }: { stdout: string; stderr: string }, marker: string): RemoteOutput {
  const started = new RegExp(`${marker} (\\d{1,10})\\n`).exec(stdout);
  const [before = "", after] = splitOnce(stderr, `${marker}\n`);
  const [said = "", last] = splitAtLast(after ?? "", `${marker} `);
  const [outcome, rest = ""] = last === undefined ? [] : splitOnce(last, "\n");
  return {
    stdout: started ? stdout.slice(started.index + started[0].length) : "",
    stderr: said,
    processGroup: started ? Number(started[1]) : undefined,
    outcome: outcome === undefined ? undefined : outcomeOf(outcome),
    around: [started ? "" : stdout, before, rest].filter(Boolean).join("\n"),
  };
}

/** Undefined for words that are none of the line's own. */
function outcomeOf(text: string): RemoteOutcome | undefined {
  const [word, detail = ""] = splitOnce(text, " ");
  if (word === outcomes.noDirectory) return { kind: "no-directory" };
  if (word === outcomes.noProgram) return { kind: "no-program", path: detail };
  return word === outcomes.ended && /^\d{1,3}$/.test(detail) ? { kind: "ended", status: Number(detail) } : undefined;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function splitAtLast(text: string, separator: string): [string, string?] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** A word for a POSIX shell, in one line, given that $n holds a newline. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''").replaceAll("\n", `'"$n"'`)}'`;
}
