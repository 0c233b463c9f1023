import { isDeepStrictEqual } from "node:util";
import type { SessionContext } from "./context.js";
import type { SessionRecord } from "./session-record.js";

/**
 * A context whose scheduler has the options that the session runs with; before it is started, those
 * of the session file.
 */
export class RunningContext {
  now: SessionContext;
  readonly #given: SessionContext;
  /** Those of the scheduler in `now`. */
  #options: SessionRecord["scheduler"]["options"];

  constructor(given: SessionContext) {
    this.now = given;
    this.#given = given;
    this.#options = given.session.scheduler.options;
  }

  /** Whether the scheduler is that of the session file. */
  get isAsGiven(): boolean {
    return this.now === this.#given;
  }

  /**
   * Jobs that run are asked for and ended as they were submitted, whatever the session file says by
   * now.
   */
  async follow(record: SessionRecord | undefined): Promise<void> {
    const { session, note } = this.#given;
    const { options } = record && !record.ended ? record.scheduler : session.scheduler;
    if (isDeepStrictEqual(options, this.#options)) return;
    this.#options = options;
    if (isDeepStrictEqual(options, session.scheduler.options)) {
      this.now = this.#given;
      return;
    }
    this.now = { ...this.#given, scheduler: await this.#given.schedulerFor(options) };
    note?.(
      `${session.name} runs with the scheduler options ${JSON.stringify(options)}. Those of ${session.file}, ${JSON.stringify(session.scheduler.options)}, apply when it is started again.`,
    );
  }
}
