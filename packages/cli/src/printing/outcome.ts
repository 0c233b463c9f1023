import type { Results } from "@hpcnb/client";
import type { Piece } from "./print.js";

/** A line on stderr: a sentence, or its pieces. */
export type Note = string | readonly Piece[];

/** What is left to print when a command is done; `printOutcome` prints it. */
export interface Outcome<Command extends keyof Results = keyof Results> {
  /** What `--json` prints, instead of text and notes. */
  readonly value?: Results[Command];
  /** Spaces that show the value's structure to people. Default: it stands on one line. */
  readonly indent?: number;
  /** Goes to stdout. */
  readonly text?: readonly Piece[];
  /** Go to stderr, below the text. */
  readonly notes?: readonly Note[];
  /** Why the command fails in spite of what it prints. */
  readonly failure?: Error | undefined;
  /** Is done below what was printed. The notes that it finds come last. */
  readonly afterwards?: () => Promise<readonly Note[]>;
}

/** An outcome without a value, as text alone. */
export type TextOutcome = Omit<Outcome, "value" | "indent">;
