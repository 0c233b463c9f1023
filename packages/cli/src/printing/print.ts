import { styleText } from "node:util";
import type { Results } from "@hpcnb/client";
import { printable, printableLine } from "@hpcnb/core";
import type { Note, Outcome } from "./outcome.js";
import { createLogCleaner } from "./terminal-log.js";

/**
 * The one place that writes to the terminal; a test forbids it everywhere else. Most of what is
 * printed has words from elsewhere in it (a host, a scheduler, a log, a file's name): all text is
 * cleaned here, and only what this file adds itself steers the terminal.
 */

/** A text, or one in a style. */
export type Piece = string | readonly [style: Parameters<typeof styleText>[0], text: string];

/** Lines that stay at the end of the screen while a command waits. */
export interface LiveRegion {
  hide(): void;
  draw(): void;
  /** Leaves the screen to a program that may ask at the terminal, until `release`. */
  hold(): void;
  release(): void;
  stop(): void;
}

let live: LiveRegion | undefined;

export function keepLive(region: LiveRegion | undefined): void {
  live = region;
}

/**
 * The lines at the end of the screen give way to what may ask at the terminal, until the answer is
 * called.
 */
export function holdLive(): () => void {
  const held = live;
  held?.hold();
  return () => held?.release();
}

/** Where questions are asked; who asks cleans the words. */
export const promptStream: NodeJS.WriteStream = process.stderr;

/** Text on a stream, as it may be shown; above the lines that stay at its end. */
export function show(stream: NodeJS.WritableStream, ...pieces: readonly Piece[]): void {
  live?.hide();
  draw(stream, ...pieces);
  live?.draw();
}

/** The same for those lines themselves. */
export function draw(stream: NodeJS.WritableStream, ...pieces: readonly Piece[]): void {
  const texts = pieces.map((piece) =>
    typeof piece === "string" ? printable(piece) : styleText(piece[0], printable(piece[1]), { stream }),
  );
  stream.write(texts.join(""));
}

/**
 * Takes the last lines away again, on a terminal, and what was typed below them. One by one: some
 * terminals keep a screen that is cleared from its top in their history.
 */
export function eraseLines(stream: NodeJS.WritableStream, count: number): void {
  stream.write(`\r\u001b[2K${"\u001b[1A\u001b[2K".repeat(count)}`);
}

/** Conversation: a line on stderr. */
export function tell(...pieces: readonly Piece[]): void {
  show(process.stderr, ...pieces, "\n");
}

/** Conversation of several lines, on stderr. */
export function tellLines(lines: readonly (readonly Piece[])[]): void {
  for (const line of lines) tell(...line);
}

/**
 * A bell, and a notification where the terminal has one, for a user who looks elsewhere. Only on a
 * terminal.
 */
export function notifyTerminal(stream: NodeJS.WritableStream, sentence: string, kind: "9" | "777;notify;hpcnb"): void {
  stream.write(`\u001b]${kind};${printableLine(sentence)}\u0007\u0007`);
}

/** What the user should know beside what was asked for. */
export function tellNote(text: string): void {
  tell(`Note: ${text}`);
}

/** What another program says at the terminal, as it comes. */
export function passOn(text: string): void {
  show(process.stderr, text);
}

/** Data for people: text on stdout. It is what was waited for. */
export function printText(...pieces: readonly Piece[]): void {
  live?.stop();
  show(process.stdout, ...pieces);
}

let printedJson = false;

/** Whether a program that asked for JSON has got its value. */
export function hasPrintedJson(): boolean {
  return printedJson;
}

/** Data for people that comes line by line; below it stays what is waited for. */
export function printLine(...pieces: readonly Piece[]): void {
  show(process.stdout, ...pieces, "\n");
}

/**
 * Data for programs: JSON on stdout. What `printable` writes out is the same text to a reader of
 * JSON.
 */
export function printJson(value: unknown, indent?: number): void {
  live?.stop();
  printedJson = true;
  show(process.stdout, `${JSON.stringify(value, null, indent)}\n`);
}

/** What a command prints with `--json` more than once, as it comes. */
export function printResult<Command extends keyof Results>(value: Results[Command]): void {
  printJson(value);
}

/** Prints what a command returns, with `json` for a program. @throws its failure */
export async function printOutcome(outcome: Outcome, json: boolean): Promise<void> {
  const { value, indent, text = [], notes = [], failure, afterwards } = outcome;
  if (json) {
    if (value !== undefined) printJson(value, indent);
  } else {
    if (text.length > 0) printText(...text);
    tellNotes(notes);
  }
  if (failure) throw failure;
  if (afterwards) tellNotes(await afterwards());
}

function tellNotes(notes: readonly Note[]): void {
  tellLines(notes.map((note) => (typeof note === "string" ? [note] : note)));
}

/**
 * A log on stdout: cleaned for a terminal, byte for byte for anything else. `print` waits until its
 * bytes are taken, so that no more than a piece of a log is in memory.
 */
export function createLogPrinter(): { print(bytes: Uint8Array): Promise<void>; end(): Promise<void> } {
  live?.stop();
  const { stdout } = process;
  const write = (data: Uint8Array | string) =>
    new Promise<void>((resolve, reject) => {
      stdout.write(data, (error) => (error ? reject(error) : resolve()));
    });
  if (!stdout.isTTY) return { print: write, end: async () => {} };
  const cleaner = createLogCleaner();
  return { print: (bytes) => write(cleaner.clean(bytes)), end: () => write(cleaner.end()) };
}

/**
 * Lines of several logs on stdout, each with its origin before it, as compose prints them; cleaned
 * for a terminal, and otherwise byte for byte behind the origin.
 */
export function createLinePrinter(origins: readonly string[]): (origin: string, line: Uint8Array) => Promise<void> {
  live?.stop();
  const { stdout } = process;
  const width = Math.max(0, ...origins.map((origin) => origin.length));
  return (origin, line) => {
    const before = styleText("cyan", `${printable(origin).padEnd(width)} |`, { stream: stdout });
    const cleaner = createLogCleaner();
    const text = stdout.isTTY ? Buffer.from(cleaner.clean(line) + cleaner.end()) : line;
    const whole = Buffer.concat([Buffer.from(`${before} `), text, Buffer.from("\n")]);
    return new Promise((resolve, reject) => stdout.write(whole, (error) => (error ? reject(error) : resolve())));
  };
}

/** Where data goes, for `show`, which redraws there. */
export function screen(): NodeJS.WriteStream {
  return process.stdout;
}

/** Ends the program silently when the reader has closed the pipe, as in `hpcnb schema | head`. */
export function endWithReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
}
