import type { Argv, CommandModule } from "yargs";

/** An option of a command, as completion and suggestions need it. */
export interface OptionWords {
  /** Without its dashes. */
  readonly name: string;
  readonly alias: string | undefined;
  readonly describe: string;
  readonly isBoolean: boolean;
}

/** "logs" of "logs [words..]". */
export function nameOf({ command }: CommandModule): string {
  return String(command).split(" ")[0] ?? "";
}

/** What a command's builder declares, without starting yargs. */
export function optionsOf({ builder }: CommandModule): OptionWords[] {
  const found: OptionWords[] = [];
  const recorder: Argv = new Proxy({} as Argv, {
    get: (_, method) => (name: string, option: Readonly<Record<string, unknown>>) => {
      if (method === "option") found.push(optionFrom(name, option));
      return recorder;
    },
  });
  if (typeof builder === "function") builder(recorder);
  return found;
}

/** What is on by default is only ever switched off. */
function optionFrom(name: string, option: Readonly<Record<string, unknown>>): OptionWords {
  return {
    name: option.default === true ? `no-${name}` : name,
    alias: typeof option.alias === "string" ? option.alias : undefined,
    describe: String(option.describe ?? ""),
    isBoolean: option.type === "boolean",
  };
}
