import { closest, distance } from "fastest-levenshtein";

/**
 * How many letters may differ. From a word of two or three letters almost every other one is two
 * letters away, and a wrong guess is worse than none.
 */
function mostDistant(word: string, known: string): number {
  const shorter = Math.min(word.length, known.length);
  return shorter <= 3 ? 1 : Math.max(2, Math.floor(known.length / 3));
}

/**
 * Two neighbouring letters in the wrong order, as in "lba": one slip, though Levenshtein counts
 * two.
 */
function isSwapped(word: string, known: string): boolean {
  return [...word].some(
    (_, at) => word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2) === known,
  );
}

/** The one of `known` that was probably meant by a word that is none of them, if there is one. */
export function closestOf(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lower = word.toLowerCase();
  const swapped = known.find((name) => isSwapped(lower, name.toLowerCase()));
  if (swapped !== undefined) return swapped;
  const best = closest(
    lower,
    known.map((name) => name.toLowerCase()),
  );
  const match = known.find((name) => name.toLowerCase() === best);
  return distance(lower, best) <= mostDistant(word, best) ? match : undefined;
}

/**
 * The end of a sentence about a word that is not one of `known`: the one that was probably meant,
 * if there is one.
 */
export function suggest(word: string, known: readonly string[]): string {
  const match = closestOf(word, known);
  return match === undefined ? "" : `; did you mean ${match}?`;
}
