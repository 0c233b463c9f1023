import { closest, distance } from "fastest-levenshtein";

/** The end of a sentence about a word that is not one of `known`: the one that was probably meant, if there is one. */
export function suggest(word: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const best = closest(
    word.toLowerCase(),
    known.map((name) => name.toLowerCase()),
  );
  const match = known.find((name) => name.toLowerCase() === best);
  const near = match !== undefined && distance(word.toLowerCase(), best) <= Math.max(2, Math.floor(best.length / 3));
  return near ? `; did you mean ${match}?` : "";
}
