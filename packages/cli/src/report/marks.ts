/** Signs for a terminal, and what stands for them where the locale has no such characters. */
export interface Marks {
  readonly done: string;
  readonly failed: string;
  readonly waiting: string;
  readonly more: string;
  /** One after another they show that a command is alive. */
  readonly frames: readonly string[];
}

const unicode: Marks = { done: "✓", failed: "✗", waiting: "·", more: "…", frames: [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"] };
const ascii: Marks = { done: "+", failed: "x", waiting: "-", more: "...", frames: ["-", "\\", "|", "/"] };

/** The first of these variables that is set decides, as POSIX has it. Pure. */
export function marksFor({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): Marks {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "") ? unicode : ascii;
}
