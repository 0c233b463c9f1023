type Value = string | number;

/**
 * Options of a command and their values as words. What is undefined is left out. A value is joined
 * to an option that ends with "=", as in `--time=` or `-l h_rt=`. Pure.
 */
export function optionWords(options: Readonly<Record<string, Value | readonly Value[] | undefined>>): string[] {
  return Object.entries(options).flatMap(([option, value]) => {
    if (value === undefined) return [];
    if (!option.endsWith("=")) return [option, ...[value].flat().map(String)];
    const words = option.split(" ");
    const last = words.pop();
    return [...words, `${last}${value}`];
  });
}
