import type { OptionsSchema } from "../plugin.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problems.js";
import type { Fault } from "./sentences.js";
import type { Session } from "./session.js";
import { helpOf, type SiteLayers } from "./sites.js";
import { optionsValidator } from "./validator.js";

/**
 * A session file as it was read, with the files of its site: its problems so far, and the session
 * if there are none.
 */
export interface SessionSource {
  /** The path as the user gave it. */
  readonly file: string;
  readonly problems: readonly Problem[];
  /** Where it asks for more than its site has: that matters only before something starts. */
  readonly limits: readonly Problem[];
  /** Undefined when there are problems. */
  readonly session: Session | undefined;
  /** Undefined where there is none, and where it is not known which one it is. */
  readonly site: SiteLayers | undefined;
  /** Whom to ask, as the site has it. */
  readonly help: string | undefined;
  /** What the files say together, unchecked; undefined when the session file is not YAML. */
  readonly value: unknown;
  /** The same with the schema's defaults. */
  readonly filled: unknown;
  readonly layers: Layers;
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

export function createSource(options: {
  layers: Layers;
  filled?: unknown;
  faults: readonly Fault[];
  problems: readonly Problem[];
  limits?: readonly Fault[];
  session?: Session | undefined;
  site?: SiteLayers | undefined;
}): SessionSource {
  const { layers, filled, problems, faults, limits = [], session, site } = options;
  const problemOf = ({ pointer, part, message }: Fault): Problem => ({ ...layers.placeOf(pointer, part), message });
  return {
    file: layers.fileAt("").file,
    value: layers.value,
    ...{ layers, filled, session, site },
    help: site && helpOf(site),
    problems: [...problems, ...faults.map(problemOf)],
    limits: limits.map(problemOf),
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
