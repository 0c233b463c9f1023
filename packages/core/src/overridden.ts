import type { Scheduler } from "./scheduler.js";

/** The same scheduler with others in the place of some of its methods; also one of a class. */
export function overridden(
  scheduler: Scheduler,
  others: { readonly [Key in keyof Scheduler]?: Scheduler[Key] | undefined },
): Scheduler {
  return new Proxy(scheduler, {
    get: (target, name) => {
      if (Object.hasOwn(others, name)) return Reflect.get(others, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
