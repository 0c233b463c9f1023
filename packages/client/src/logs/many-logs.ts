import { expectSuccess, type Host } from "@hpcnb/core";

/** One of several logs that are read together. */
export interface LogSource {
  /** "notebook", "engine 3": what stands before its lines. */
  readonly origin: string;
  readonly path: string;
}

interface Look {
  readonly path: string;
  /** Offset of the first byte that is wanted. */
  readonly from: number;
}

interface Answer {
  readonly size: number;
  readonly bytes: Buffer;
}

/** Bytes of one log that are asked for at once: as many logs as fit are read in one round trip. */
const share = 2 ** 16;
const logsAtOnce = 100;

const lineBreak = 0x0a;
const longestLine = 2 ** 20;

/**
 * The pieces come in base64, because a log may be in any encoding; a line with a colon begins the
 * next one.
 */
const script = `while IFS= read -r from && IFS= read -r path; do
  if [ -f "$path" ] && [ -r "$path" ]; then
    echo ":$(wc -c < "$path")"
    [ "$1" = 0 ] || tail -c "+$from" "$path" | head -c "$1" | base64
  else
    echo ":none"
  fi
done`;

/** Reads on in several logs on one host, line by line, wherever each of them ends. */
export class LogReader {
  readonly #host: Host;
  readonly #signal: AbortSignal | undefined;
  readonly #ends = new Map<string, { at: number; rest: Buffer }>();

  constructor(host: Host, signal?: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
  }

  /**
   * Begins with at most `lines` last lines of each log, from its last 64 kB.
   * @returns the logs that are not there yet.
   */
  async begin(sources: readonly LogSource[], lines: number, print: PrintLine): Promise<LogSource[]> {
    const sizes = await this.#look(
      sources.map(({ path }) => ({ path, from: 0 })),
      0,
    );
    const froms = sizes.map((answer) => Math.max(0, (answer?.size ?? 0) - share));
    const answers = await this.#look(
      sources.map(({ path }, index) => ({ path, from: froms[index] ?? 0 })),
      share,
    );
    for (const [index, source] of sources.entries()) {
      const [answer, from = 0] = [answers[index], froms[index]];
      if (!answer) continue;
      const all = linesOf(answer.bytes);
      const last = lines === 0 ? [] : all.whole.slice(from > 0 ? 1 : 0).slice(-lines);
      for (const line of last) await print(source.origin, line);
      this.#ends.set(source.path, { at: from + answer.bytes.length, rest: all.rest });
    }
    return sources.filter((_, index) => answers[index] === undefined);
  }

  /** Prints what has been added since, however much it is. */
  async readOn(sources: readonly LogSource[], print: PrintLine): Promise<void> {
    for (let open = [...sources]; open.length > 0; ) {
      const before = open.map(({ path }) => this.#ends.get(path) ?? { at: 0, rest: Buffer.alloc(0) });
      const answers = await this.#look(
        open.map(({ path }, index) => ({ path, from: before[index]?.at ?? 0 })),
        share,
      );
      const more: LogSource[] = [];
      for (const [index, source] of open.entries()) {
        const [answer, end] = [answers[index], before[index]];
        if (!answer || !end) continue;
        // A log that is shorter than before was begun again.
        const isCut = answer.size < end.at;
        const { whole, rest } = linesOf(isCut ? Buffer.alloc(0) : Buffer.concat([end.rest, answer.bytes]));
        for (const line of whole) await print(source.origin, line);
        this.#ends.set(source.path, { at: isCut ? 0 : end.at + answer.bytes.length, rest });
        if (isCut || answer.bytes.length === share) more.push(source);
      }
      open = more;
    }
  }

  /** Prints the last lines that have no line break. */
  async end(sources: readonly LogSource[], print: PrintLine): Promise<void> {
    for (const { origin, path } of sources) {
      const rest = this.#ends.get(path)?.rest;
      if (rest && rest.length > 0) await print(origin, rest);
    }
  }

  async #look(looks: readonly Look[], length: number): Promise<(Answer | undefined)[]> {
    const answers: (Answer | undefined)[] = [];
    for (let first = 0; first < looks.length; first += logsAtOnce) {
      const some = looks.slice(first, first + logsAtOnce);
      const stdin = some.map(({ from, path }) => `${from + 1}\n${path}\n`).join("");
      const result = await this.#host.run(["sh", "-c", script, "sh", String(length)], { stdin, signal: this.#signal });
      answers.push(...parseAnswers(expectSuccess(result, "the logs cannot be read").stdout));
    }
    return answers;
  }
}

export type PrintLine = (origin: string, line: Uint8Array) => Promise<void>;

function parseAnswers(stdout: string): (Answer | undefined)[] {
  return stdout
    .split(/^:/m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf("\n");
      const size = Number(text.slice(0, end));
      return Number.isNaN(size) ? undefined : { size, bytes: Buffer.from(text.slice(end), "base64") };
    });
}

/** What is longer than any line that is read is not waited for. */
function linesOf(bytes: Buffer): { whole: Buffer[]; rest: Buffer } {
  const whole: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(lineBreak); end >= 0; end = bytes.indexOf(lineBreak, start)) {
    whole.push(bytes.subarray(start, end));
    start = end + 1;
  }
  const rest = bytes.subarray(start);
  return rest.length < longestLine ? { whole, rest } : { whole: [...whole, rest], rest: Buffer.alloc(0) };
}
