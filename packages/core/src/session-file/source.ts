import { HpcnbError } from "../errors.js";
import type { OptionsSchema } from "../plugin.js";
import { printableLine } from "../printable.js";
import { type Position, PositionMap } from "./positions.js";
import type { Fault } from "./sentences.js";
import type { Session } from "./session.js";
import { optionsValidator } from "./validator.js";

/** One thing that is wrong with a session file, and where. */
export interface Problem extends Position {
  readonly message: string;
}

/** A session file as it was read: its problems so far, and the session if there are none. */
export interface SessionSource {
  /** The path as the user gave it. */
  readonly file: string;
  readonly problems: readonly Problem[];
  /** Undefined when there are problems. */
  readonly session: Session | undefined;
  /** What the file says, unchecked; undefined when it is not YAML. */
  readonly value: unknown;
  /** A problem of the value at a JSON pointer, such as "/notebook/directory". */
  problemAt(pointer: string, message: string): Problem;
  /**
   * Checks the options of a plugin against its own schema, and fills in its defaults; problems are
   * below `pointer`.
   * @throws HPCNB_PLUGIN_BROKEN when the schema itself is wrong.
   */
  checkOptions(
    pointer: string,
    options: Readonly<Record<string, unknown>>,
    schema: OptionsSchema,
  ): Promise<{ options: Readonly<Record<string, unknown>>; problems: readonly Problem[] }>;
}

/**
 * All problems of a session file at once; the message has a line `file:line:column  sentence` for
 * each.
 */
export class SessionFileError extends HpcnbError {
  readonly problems: readonly Problem[];
  /** The path as the user gave it. */
  readonly file: string;

  constructor(file: string, problems: readonly Problem[]) {
    const sorted = [...problems].sort((one, other) => one.line - other.line || one.column - other.column);
    super(
      "HPCNB_BAD_SESSION_FILE",
      sorted.map(({ line, column, message }) => `${printableLine(file)}:${line}:${column}  ${message}`).join("\n"),
      {
        hint: "Nothing was started. `hpcnb help session-file` describes every key.",
      },
    );
    this.problems = sorted;
    this.file = file;
  }
}

export function createSource(options: {
  file: string;
  value: unknown;
  positions: PositionMap;
  faults: readonly Fault[];
  problems?: readonly Problem[];
  session?: Session | undefined;
}): SessionSource {
  const { file, value, positions } = options;
  const problemOf = ({ pointer, part, message }: Fault): Problem => ({ ...positions.at(pointer, part), message });
  return {
    file,
    value,
    session: options.session,
    problems: [...(options.problems ?? []), ...options.faults.map(problemOf)],
    problemAt: (pointer, message) => problemOf({ pointer, part: "value", message }),
    checkOptions: async (pointer, given, schema) => {
      const { options: filled, faults } = await checkOptions(given, schema, pointer);
      return { options: filled, problems: faults.map(problemOf) };
    },
  };
}

/**
 * Holds the options of a plugin against its own schema, and fills in its defaults.
 * @throws HPCNB_PLUGIN_BROKEN when the schema itself is wrong.
 */
export async function checkOptions(
  given: Readonly<Record<string, unknown>>,
  schema: OptionsSchema,
  pointer = "",
): Promise<{ options: Readonly<Record<string, unknown>>; faults: readonly Fault[] }> {
  const { faultsOf } = await import("./sentences.js");
  const options = structuredClone(given) as Record<string, unknown>;
  const errors = (await optionsValidator(schema))(options);
  return { options, faults: faultsOf(errors, { prefix: pointer }) };
}

/** A file that could not be read as YAML data at all. */
export function brokenSource(file: string, problems: readonly Problem[]): SessionSource {
  return createSource({ file, value: undefined, positions: new PositionMap(""), faults: [], problems });
}
