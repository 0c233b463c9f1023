/** Slurm takes more, but its accounts keep 255 bytes. */
const longest = 200;

/**
 * What is sure to come back unchanged from all commands. A long name keeps its end, because the end
 * of hpcnb's names makes them unique.
 */
export function nameOf(name: string): string {
  return name.replace(/[^\w.+=-]+/g, "_").slice(-longest) || "_";
}
