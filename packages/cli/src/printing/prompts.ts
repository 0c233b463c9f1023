import type { isCancel as IsCancel } from "@clack/prompts";
import { defined, HpcnbError, printableLine } from "@hpcnb/core";
import { promptStream } from "./print.js";

/** One of the answers to choose from. */
export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string | undefined;
}

export interface Prompts {
  choose<T>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** `check` says what is wrong with an answer. */
  write(question: string, options: { initial: string; check: (text: string) => string | undefined }): Promise<string>;
  /** @param usual what Enter alone says. Default: yes. */
  confirm(question: string, usual?: boolean): Promise<boolean>;
}

/** Whether somebody can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Questions at the terminal, on stderr: what stdout gets is data. Their library is loaded here
 * alone. Words from elsewhere are cleaned, as in print.ts.
 * @throws HPCNB_ABORTED when the user ends a question.
 */
export async function createPrompts(signal: AbortSignal): Promise<Prompts> {
  const clack = await import("@clack/prompts");
  const common = { output: promptStream, signal };
  return {
    choose: async (question, choices) => {
      const options = choices.map(({ label, hint }, index) => ({
        value: index,
        label: printableLine(label),
        ...defined({ hint: hint && printableLine(hint) }),
      }));
      const index = answered(
        await clack.select({ ...common, message: question, options, maxItems: 12 }),
        clack.isCancel,
      );
      const choice = choices[index];
      if (!choice) throw new Error(`There is no answer ${index}`);
      return choice.value;
    },
    write: async (question, { initial, check }) => {
      const validate = (text: string | undefined) => check(text ?? "");
      const initialValue = printableLine(initial);
      const text = await clack.text({ ...common, message: question, initialValue, validate });
      return answered(text, clack.isCancel).trim();
    },
    confirm: async (question, usual = true) =>
      answered(await clack.confirm({ ...common, message: question, initialValue: usual }), clack.isCancel),
  };
}

function answered<T>(answer: T, isCancel: typeof IsCancel): Exclude<T, symbol> {
  if (isCancel(answer)) throw new HpcnbError("HPCNB_ABORTED", "Interrupted.");
  return answer as Exclude<T, symbol>;
}
