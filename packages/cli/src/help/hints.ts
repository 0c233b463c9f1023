import { parseAddress } from "@hpcnb/client/files";
import type { CommandModule } from "yargs";
import { nameOf, optionsOf } from "./command-words.js";
import { typed } from "./pasteable.js";

/** What stands before or in the place of a session among the words of `logs` and `scale`. */
const otherWord = /^(notebook|controller|engines?|all|\d+|[^/=]+=.*)$/;

/** The session that a command line names, if it names one. Pure. */
export function askedSession(
  [first, ...rest]: readonly string[],
  commands: readonly CommandModule[],
): string | undefined {
  const command = commands.find((one) => nameOf(one) === first);
  if (!command || !takesSession(command)) return undefined;
  const withValue = optionsOf(command).flatMap(({ isBoolean, name, alias }) =>
    isBoolean ? [] : [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])],
  );
  const given = rest.find((word, index) => !word.startsWith("-") && !withValue.includes(rest[index - 1] ?? ""));
  return given !== undefined && String(command.command).includes("[words") && otherWord.test(given) ? undefined : given;
}

/** These take no address: only a session file says what jobs need. */
const needFile = ["up", "scale", "doctor", "validate"];

/**
 * A hint whose commands can be pasted: `hpcnb status` of the session that was asked for, and not of
 * the folder's.
 */
export function pasteableHint(hint: string, asked: string | undefined, commands: readonly CommandModule[]): string {
  return hint.replace(/`hpcnb ([a-z-]+)`/g, (whole, name: string) => {
    const command = commands.find((one) => nameOf(one) === name);
    if (!command) return whole;
    if (asked !== undefined && parseAddress(asked) && needFile.includes(name))
      return `\`${typed(name)}\` with its session file`;
    return `\`${typed(name, ...(asked !== undefined && takesSession(command) ? [asked] : []))}\``;
  });
}

function takesSession({ command }: CommandModule): boolean {
  return /\[(session|words)/.test(String(command));
}
