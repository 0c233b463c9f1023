/** The words of a command as a POSIX shell reads them, with nothing expanded. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  // A line that goes on, white space, 'a', "a", \a, and anything else.
  const pieces = /\\\n|\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/g;
  for (const [piece, single, double, escaped, plain] of text.matchAll(pieces)) {
    const read = single ?? double?.replace(/\\([$`"\\])/g, "$1").replaceAll("\\\n", "") ?? escaped ?? plain;
    if (read !== undefined) word = (word ?? "") + read;
    else if (piece !== "\\\n" && word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
