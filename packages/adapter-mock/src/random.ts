/**
 * Numbers from 0 up to 1 that depend on the seed and the keys alone, not on how many were drawn
 * before: what is random about one job is the same whatever else was submitted or asked in between.
 */
export type Draw = (...keys: number[]) => number;

export function createDraw(seed: number): Draw {
  return (...keys) => {
    let hash = mix(seed ^ 0x9e3779b9);
    for (const key of keys) hash = mix(hash ^ mix(key + 0x85ebca6b));
    return hash / 2 ** 32;
  };
}

/**
 * Spreads every bit of a 32-bit number over all of them. The multipliers are those of MurmurHash3's
 * finalizer.
 */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
