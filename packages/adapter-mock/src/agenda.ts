/** Something that is to happen at a moment of simulated time. */
export interface Due {
  readonly at: number;
  happen(): void;
}

/**
 * What is due, by time; those of one moment in the order in which they were added. A binary heap.
 */
export class Agenda {
  readonly #heap: { due: Due; order: number }[] = [];
  #added = 0;

  add(due: Due): void {
    if (due.at === Number.POSITIVE_INFINITY) return;
    const heap = this.#heap;
    let at = heap.push({ due, order: this.#added++ }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes out what is first if it is due by `time`. */
  takeDue(time: number): Due | undefined {
    const heap = this.#heap;
    const first = heap[0]?.due;
    if (!first || first.at > time) return undefined;
    this.#swap(0, heap.length - 1);
    heap.pop();
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, at)) return first;
      this.#swap(at, child);
      at = child;
    }
  }

  #before(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (!one || !other) return false;
    return one.due.at < other.due.at || (one.due.at === other.due.at && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b] as (typeof heap)[number], heap[a] as (typeof heap)[number]];
  }
}
