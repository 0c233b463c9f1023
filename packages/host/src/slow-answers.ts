/** An answer that takes longer is worth a word. */
const slowMs = 5_000;

export interface SlowAnswersOptions {
  /** Is told, once, of each whose answer takes long. */
  readonly notify?: ((text: string) => void) | undefined;
  readonly slowMs?: number;
}

/**
 * To be called when a command has begun on its host, which a login may have come before; what it
 * gives is to be called when the command has ended.
 */
export type AwaitAnswer = (answerer: string | undefined) => () => void;

export function tellingSlowAnswers(where: string, options: SlowAnswersOptions): AwaitAnswer {
  const told = new Set<string>();
  return (answerer) => {
    if (answerer === undefined || told.has(answerer)) return () => {};
    const timer = setTimeout(() => {
      told.add(answerer);
      options.notify?.(`${answerer} on ${where} takes long to answer; hpcnb waits for it.`);
    }, options.slowMs ?? slowMs);
    return () => clearTimeout(timer);
  };
}
