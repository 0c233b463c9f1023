import { parseAddress, stepsOf } from "@hpcnb/client";
import { groupName, HpcnbError, isHpcnbError, onlyGroup } from "@hpcnb/core";
import {
  type GroupChange,
  type SessionContext,
  type SessionState,
  scale as scaleSession,
  waitForEngines,
} from "@hpcnb/core/session";
import { typed, wordFor } from "../help/pasteable.js";
import { type OpenSession, withSession } from "../opening/with-session.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";
import { createProgress } from "../report/progress.js";

export async function scale(options: {
  /** `[session] N`, or `[session] GROUP=N ...` */
  readonly words: readonly string[];
  /** Until all wanted engines have registered. */
  readonly wait: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}): Promise<Outcome<"scale">> {
  const { session: argument, counts } = parseScaleWords(options.words);
  if (argument !== undefined && parseAddress(argument)) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `Scaling a session needs its file: ${argument} is only an address.`, {
      hint: "Only the file says what an engine needs.",
    });
  }
  const work = async ({ context, session, progress }: OpenSession) => {
    let interrupted = "the change may be half done";
    try {
      const changes = await scaleSession(context, (wanted) => askedFor(counts, Object.keys(wanted)), options.signal);
      const told = changes.filter(({ group }) => counts.has(group) || counts.has(undefined));
      progress.stop();
      if (!options.json) for (const change of told) tell(sentence(change));
      interrupted = "the engines still come";
      const state = options.wait ? await waitTelling(context, options.signal) : undefined;
      return { value: { name: session.name, groups: told, engines: state?.engines } };
    } catch (error) {
      if (!isHpcnbError(error, "HPCNB_ABORTED")) throw error;
      throw new HpcnbError("HPCNB_ABORTED", `Interrupted; ${interrupted}.`, {
        cause: error.cause,
        hint: `\`${typed("status", wordFor(session))}\` shows the engines.`,
      });
    }
  };
  return withSession(argument, work, { starts: true, needsScheduler: true, doing: "looking for its engines" });
}

/** Shows what `up` shows of engines. */
async function waitTelling(context: SessionContext, signal: AbortSignal): Promise<SessionState> {
  const progress = createProgress();
  const observe = (state: SessionState) => {
    const steps = stepsOf(state, context.readiness.name);
    progress.update(steps.filter(({ name }) => name === "engines" || name === "trouble"));
  };
  try {
    return await waitForEngines({ ...context, observe }, signal);
  } finally {
    progress.stop();
  }
}

/**
 * @throws HPCNB_BAD_ARGUMENTS when a group is meant that there is not, or none is named of several.
 */
export function askedFor(
  counts: ReadonlyMap<string | undefined, number>,
  groups: readonly string[],
): Record<string, number> {
  const forAll = counts.get(undefined);
  if (forAll !== undefined && groups.length > 1) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `The session has several groups of engines: ${groups.join(", ")}.`, {
      hint: `Name one of them: hpcnb scale ${groups[0]}=${forAll}`,
    });
  }
  const asked = forAll === undefined ? [...counts] : groups.map((group) => [group, forAll] as const);
  for (const [group = ""] of asked) {
    if (groups.includes(group)) continue;
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `The session has no group of engines called ${group}.`, {
      hint: `It has: ${groups.join(", ")}.`,
    });
  }
  return Object.fromEntries(asked);
}

/** The counts by group; undefined is the only group. @throws HPCNB_BAD_ARGUMENTS */
export function parseScaleWords(words: readonly string[]): {
  session: string | undefined;
  counts: Map<string | undefined, number>;
} {
  const rest = [...words];
  const pattern = new RegExp(`^(?:(${groupName})=)?(0|[1-9]\\d{0,5})$`);
  const count = (word: string | undefined) => pattern.exec(word ?? "");
  const session = rest.length > 0 && !count(rest[0]) ? rest.shift() : undefined;
  const counts = new Map<string | undefined, number>();
  for (const word of rest) {
    const [, group, engines] = count(word) ?? [];
    if (engines === undefined || counts.has(group)) throw badWords(words);
    counts.set(group, Number(engines));
  }
  if (counts.size === 0 || (counts.has(undefined) && counts.size > 1)) throw badWords(words);
  return { session, counts };
}

function badWords(words: readonly string[]): HpcnbError {
  const what =
    words.length === 0
      ? "scale needs a number of engines."
      : `"${words.join(" ")}" does not say how many engines you want.`;
  return new HpcnbError("HPCNB_BAD_ARGUMENTS", what, {
    hint: "Use: hpcnb scale [session] N, or hpcnb scale [session] GROUP=N where there are several groups.",
  });
}

function sentence({ group, before, wanted, added, dismissed, retiring }: GroupChange): string {
  const details = [
    added > 0 && `${added} ${added === 1 ? "is" : "are"} submitted as another array`,
    dismissed > 0 && `${dismissed} that waited, failed or were lost ${dismissed === 1 ? "is" : "are"} cancelled`,
    retiring > 0 && `${retiring} will end when idle`,
  ].filter(Boolean);
  const what = group === onlyGroup ? "engines" : `engines of ${group}`;
  return `${what}: ${before} before, ${wanted} now${details.length > 0 ? `; ${details.join(", ")}` : "; nothing to do"}.`;
}
