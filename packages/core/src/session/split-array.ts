import { defined } from "../defined.js";

/**
 * So many tasks in arrays of at most `largest`, all about as large, and their limit in shares: of
 * one at least, so that none of them waits without end. Pure.
 */
export function splitArray(
  tasks: number,
  { largest = tasks, atOnce }: { readonly largest?: number | undefined; readonly atOnce?: number | undefined },
): { readonly tasks: number; readonly atOnce?: number }[] {
  const parts = tasks < 1 ? 0 : Math.ceil(tasks / largest);
  return Array.from({ length: parts }, (_, index) => {
    const share = (whole: number) => Math.floor((whole * (index + 1)) / parts) - Math.floor((whole * index) / parts);
    return {
      tasks: share(tasks),
      ...defined({ atOnce: atOnce === undefined ? undefined : Math.max(1, share(atOnce)) }),
    };
  });
}
