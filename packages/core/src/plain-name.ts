/**
 * A name of a job that comes back unchanged from all commands of most schedulers: ASCII letters,
 * digits and `_.+=-`, at most 200 characters. A long name keeps its end, see `Scheduler.nameOf`.
 * Pure.
 */
export function plainName(name: string): string {
  return name.replace(/[^\w.+=-]+/g, "_").slice(-200) || "_";
}
