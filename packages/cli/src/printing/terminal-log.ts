import { printable } from "@hpcnb/core";

const colour = "(?:0?[0-4]|2[2-4]|[34][0-79]|9[0-7]|10[0-7]|[34]8;5;\\d{1,3}|[34]8;2;\\d{1,3};\\d{1,3};\\d{1,3})";

/** Colours, bold, underlined; not blinking or hidden (SGR of ECMA-48). */
const style = new RegExp(`(\\u001b\\[(?:${colour}(?:;${colour})*)?m)`);

/** Takes back a line that a progress bar rewrites, and all colours. */
const lineAgain = "\r\u001b[K";
const plain = "\u001b[0m";

/**
 * Makes the pieces of a log into what a terminal may get. Colours stay, all else that steers a
 * terminal is written out. When a carriage return begins a line again, as progress bars do, its
 * last state is shown.
 */
export function createLogCleaner(): { clean(bytes: Uint8Array): string; end(): string } {
  const decoder = new TextDecoder();
  /**
   * About the cursor's line: whether a part of it is shown, and whether the following text replaces
   * it.
   */
  let isShown = false;
  let isBegunAgain = false;

  const cleanLine = (line: string): string => {
    const states = line.split("\r");
    const state = states.findLast((text) => text !== "");
    const isAnew = isBegunAgain || states.lastIndexOf(state ?? "") > 0;
    isBegunAgain = state === undefined ? isBegunAgain || states.length > 1 : line.endsWith("\r");
    if (state === undefined) return "";
    const before = isShown && isAnew ? lineAgain : "";
    isShown = true;
    return before + withStyles(state);
  };

  const clean = (text: string): string => {
    const [first = "", ...others] = text.split("\n");
    let cleaned = cleanLine(first);
    for (const line of others) {
      isShown = false;
      isBegunAgain = false;
      cleaned += `\n${cleanLine(line)}`;
    }
    return cleaned;
  };

  return {
    clean: (bytes) => clean(decoder.decode(bytes, { stream: true })),
    end: () => `${clean(decoder.decode())}${plain}`,
  };
}

function withStyles(text: string): string {
  return text
    .split(style)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join("");
}
