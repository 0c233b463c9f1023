import { expectSuccess, type Host } from "@hpcnb/core";

/** Where a file is, and the host that reads it. */
export interface LogFile {
  readonly host: Host;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Piece {
  readonly bytes: Buffer;
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * Bytes that are asked for at once: what a command holds in memory of a log, however large that is.
 */
export const pieceSize = 4 * 2 ** 20;

/** What is shown without being asked for: the last so many bytes. */
const usualSize = 2 ** 20;

const lineBreak = 0x0a;

/**
 * A piece of a file, with less than `length` bytes only at its end; undefined if there is no such
 * file. In base64, because a log may be in any encoding, and a piece may end in the middle of a
 * character.
 */
export async function readPiece(
  { host, path, signal }: LogFile,
  from: number,
  length = pieceSize,
): Promise<Piece | undefined> {
  const script = '[ -f "$3" ] && [ -r "$3" ] || exit 3; wc -c < "$3"; tail -c "+$1" "$3" | head -c "$2" | base64';
  const result = await host.run(["sh", "-c", script, "sh", String(from + 1), String(length), path], { signal });
  if (result.exitCode === 3) return undefined;
  const { stdout } = expectSuccess(result, `${path} cannot be read`);
  const end = stdout.indexOf("\n");
  return { size: Number(stdout.slice(0, end)), bytes: Buffer.from(stdout.slice(end), "base64") };
}

/**
 * Where in a file of this size its last lines begin.
 * @param lines undefined for the usual end: all up to 1 MB, from the beginning of a line.
 */
export async function findStart(file: LogFile, size: number, lines: number | undefined): Promise<number> {
  if (lines !== undefined) return findLastLines(file, size, lines);
  if (size <= usualSize) return 0;
  const start = size - usualSize;
  const piece = await readPiece(file, start, usualSize);
  const end = piece?.bytes.indexOf(lineBreak) ?? -1;
  return end < 0 ? start : start + end + 1;
}

async function findLastLines(file: LogFile, size: number, lines: number): Promise<number> {
  if (lines === 0) return size;
  let found = 0;
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - pieceSize);
    const bytes = (await readPiece(file, from, end - from))?.bytes ?? Buffer.alloc(0);
    for (let at = bytes.lastIndexOf(lineBreak); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(lineBreak, at - 1)) {
      // The break that ends the last line begins none.
      if (from + at + 1 < size) found += 1;
      if (found === lines) return from + at + 1;
    }
    end = from;
  }
  return 0;
}
