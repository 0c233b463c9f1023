import * as v from "valibot";
import { absolutePathSchema, countSchema, lineSchema, runIdSchema, sessionNameSchema } from "../checked.js";
import { groupName } from "../engine-groups.js";
import { mostEngines } from "../most-engines.js";
import type { TaskRange } from "../scheduler.js";
import type { PluginChoice } from "../session-file/session.js";
import { lengthOf } from "../task-ranges.js";
import { runDirectory } from "./layout.js";

const textSchema = v.pipe(v.string(), v.maxLength(20_000));

const groupSchema = v.pipe(v.string(), v.regex(new RegExp(`^${groupName}$`)));

/** A job's id becomes an argument of a scheduler's command. */
const jobIdSchema = v.pipe(lineSchema, v.regex(/^[^\s-]\S{0,199}$/));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** By group. Not `v.record`, which leaves out a group called "prototype". */
const countsSchema = v.pipe(
  v.custom<Readonly<Record<string, number>>>(isObject, "is no mapping"),
  v.check(
    (counts) => Object.entries(counts).every(([group, count]) => v.is(groupSchema, group) && v.is(countSchema, count)),
    "has groups or numbers that cannot be",
  ),
);

/** First and last number of some engines. */
const rangeEntries = { first: v.pipe(countSchema, v.minValue(1)), last: countSchema };
const isRange = ({ first, last }: TaskRange) => first <= last;
const rangeSchema = v.pipe(
  v.object(rangeEntries),
  v.check((range) => isRange(range), "ends before it begins"),
);

const arraySchema = v.pipe(
  v.object({
    group: groupSchema,
    ...rangeEntries,
    atOnce: v.exactOptional(v.pipe(countSchema, v.minValue(1))),
    /**
     * Numbers of engines that are no longer asked for: they were cancelled, or others have taken
     * their place.
     */
    dismissed: v.exactOptional(v.pipe(v.array(rangeSchema), v.readonly())),
  }),
  v.check((array) => isRange(array), "ends before it begins"),
  v.check(
    ({ dismissed = [], ...own }) =>
      dismissed.every(({ first, last }) => own.first <= first && last <= own.last) && dismissed.length <= lengthOf(own),
    "dismisses engines that it does not have",
  ),
);

const jobSchema = v.pipe(
  v.object({
    role: v.picklist(["notebook", "controller", "engines"]),
    /** As the scheduler lists it. */
    name: v.pipe(lineSchema, v.minLength(1)),
    id: v.exactOptional(jobIdSchema),
    /** For an engine array. */
    array: v.exactOptional(arraySchema),
    /** Seconds that it may run, as it was asked for; each task of an array may. */
    walltime: v.exactOptional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  }),
  v.check(
    ({ role, array }) => (role === "engines") === (array !== undefined),
    "is an engine array without its numbers",
  ),
);

const clusterSchema = v.object({
  generation: v.pipe(countSchema, v.minValue(1)),
  inNotebook: v.boolean(),
  /** How many engines of each group are asked for. */
  wanted: countsSchema,
  /**
   * There until the cluster's files and jobs are as this record says. A group whose new array is
   * rejected has its old number again.
   */
  unsettled: v.exactOptional(v.object({ before: countsSchema })),
});

/**
 * How a session came to its end. asked: by `hpcnb down` · walltime: its time was up · preempted:
 * the scheduler ended it to make room for others · requeued: the scheduler put it back into its
 * queue · finished: the notebook's user has shut it down · lost: anything else.
 */
export const endSchema = v.picklist(["asked", "walltime", "preempted", "requeued", "finished", "lost"]);
export type SessionEnd = v.InferOutput<typeof endSchema>;

/**
 * What hpcnb remembers of a session, in `.hpcnb/session.json`. Keys that a newer version has added
 * are left out.
 *
 * What is going to be done is written before it is done: jobs by their names, and their ids after.
 * A command that is killed in between leaves names without ids, and the next one finds the jobs by
 * their names.
 */
export const sessionRecordSchema = v.object({
  format: v.literal(1),
  name: sessionNameSchema,
  app: v.picklist(["lab", "notebook"]),
  /** The directory as it was when the run was started: see origin.ts. */
  run: v.pipe(
    v.object({ id: runIdSchema, directory: absolutePathSchema }),
    v.check(({ id, directory }) => directory.endsWith(runDirectory("", id)), "has another directory than its id"),
  ),
  scheduler: v.object({
    plugin: v.pipe(lineSchema, v.minLength(1)),
    options: v.custom<PluginChoice["options"]>(isObject, "is no mapping"),
  }),
  /**
   * ISO 8601, by the clock of the machine that started the run; shown to people, never compared.
   */
  startedAt: lineSchema,
  /** The run's newest cluster. */
  cluster: v.exactOptional(clusterSchema),
  jobs: v.pipe(
    v.array(jobSchema),
    v.check(
      (jobs) => jobs.reduce((sum, { array }) => sum + (array ? lengthOf(array) : 0), 0) <= mostEngines,
      `has more than ${mostEngines} engines`,
    ),
    v.readonly(),
  ),
  /**
   * Set before the first job is ended. A command that is killed meanwhile leaves it, and the next
   * one goes on.
   */
  ending: v.exactOptional(v.object({ at: lineSchema, why: textSchema })),
  /** Set once every job is known to be gone. An older hpcnb does not say how. */
  ended: v.exactOptional(v.object({ at: lineSchema, why: textSchema, how: v.exactOptional(endSchema) })),
});

export type SessionRecord = v.InferOutput<typeof sessionRecordSchema>;
export type ClusterRecord = v.InferOutput<typeof clusterSchema>;
export type JobRecord = v.InferOutput<typeof jobSchema>;
export type ArrayRecord = v.InferOutput<typeof arraySchema>;
