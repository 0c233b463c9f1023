import { isHpcnbError } from "@hpcnb/core";
import fc from "fast-check";

/** Something that reads what comes from elsewhere. */
export interface Reader<Input = unknown> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Inputs that were once not read as they should be. */
  readonly regressions: readonly Input[];
  /** Reads; may throw an HpcnbError. Throws another error when what it read is nonsense. */
  readonly read: (input: Input) => unknown;
  /** An input that a huge text makes; without it, no huge text comes here. */
  readonly extreme?: (text: string) => Input;
  /** How much of the inputs it gets, compared with the others. */
  readonly share?: number;
}

/**
 * Milliseconds of the processor that one small input may take: what else the machine does is not
 * counted.
 */
const mostTime = 2_000;

export function defineReader<Input>(reader: Reader<Input>): Reader {
  return reader as unknown as Reader;
}

/**
 * Holds a reader to it: it returns or throws an HpcnbError, in bounded time, and changes no
 * prototype.
 */
export async function fuzz(reader: Reader, parameters: { seed: number; numRuns: number }): Promise<void> {
  const property = fc.asyncProperty(reader.inputs, async (input) => {
    const start = processorTime();
    await readOrRefuse(reader, input);
    const took = processorTime() - start;
    if (took > mostTime) throw new Error(`It took ${Math.round(took)} ms.`);
    if (Object.keys(Object.prototype).length > 0) throw new Error("A prototype was changed.");
  });
  const examples = reader.regressions.map((input): [unknown] => [input]);
  await fc.assert(property, { ...parameters, numRuns: parameters.numRuns + examples.length, examples });
}

export async function readOrRefuse(reader: Reader, input: unknown): Promise<void> {
  try {
    await reader.read(input);
  } catch (error) {
    if (!isHpcnbError(error)) throw error;
  }
}

/** Milliseconds of this process. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Throws when what was read is nonsense. */
export function demand(isRight: boolean, what: () => string): void {
  if (!isRight) throw new Error(`Nonsense was read: ${what()}`);
}
