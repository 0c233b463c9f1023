import { notUnderstood } from "@hpcnb/core";
import { SaxesParser } from "saxes";

const fields = {
  JB_job_number: "id",
  JB_name: "name",
  state: "state",
  /** "all.q@node1"; not of a job that waits. */
  queue_name: "queue",
  tasks: "tasks",
  /** When it began to run; not of a job that waits. */
  JAT_start_time: "started",
  /** With -g t in a site's defaults: MASTER or SLAVE, for each host of a parallel job. */
  master: "role",
} as const;
const fieldOf: ReadonlyMap<string, keyof Listing> = new Map(Object.entries(fields));

/** One `<job_list>`; what it lacks is empty. */
export type Listing = Readonly<Record<(typeof fields)[keyof typeof fields], string>>;

/** Characters that one step of the parser takes: the text is never held twice. */
const step = 1 << 16;

/**
 * Hands on the jobs of an answer of `qstat -xml` one by one. Other elements, which depend on the
 * variant and on a site's defaults, are passed over; what is printed before the document, too.
 * @throws HPCNB_SCHEDULER_ANSWER when it is not a whole document of this kind: a part of the truth
 *   would make jobs look gone.
 */
export function readListings(text: string, found: (listing: Listing) => void): void {
  const start = text.indexOf("<?xml");
  if (start < 0) throw notUnderstood("qstat", text, "there is no XML in it");
  const parser = new SaxesParser({ position: false });
  let job: { -readonly [field in keyof Listing]: string } | undefined;
  let field: keyof Listing | undefined;
  // With -f in a site's defaults, the queue is told once for all of its jobs.
  let queueOfList = "";
  let inQueueName = false;
  let root: string | undefined;

  parser.on("error", (error) => {
    throw notUnderstood("qstat", text, error.message);
  });
  parser.on("opentag", ({ name }) => {
    root ??= name;
    if (name === "job_list")
      job = { id: "", name: "", state: "", queue: queueOfList, tasks: "", started: "", role: "" };
    else if (job) {
      field = fieldOf.get(name);
      if (field) job[field] = "";
    } else if (name === "Queue-List") queueOfList = "";
    else inQueueName = name === "name";
  });
  parser.on("text", (part) => {
    if (job && field) job[field] += part;
    else if (inQueueName) queueOfList += part;
  });
  parser.on("closetag", ({ name }) => {
    field = undefined;
    inQueueName = false;
    if (name === "Queue-List") queueOfList = "";
    if (name !== "job_list" || !job) return;
    if (!/^\d+$/.test(job.id)) throw notUnderstood("qstat", text, "a job has no number");
    // Only the host where the job's own program runs.
    if (job.role !== "SLAVE") found(job);
    job = undefined;
  });

  // qstat writes control characters of job names as they are, which no XML may have.
  for (let at = start; at < text.length; at += step) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are replaced
    parser.write(text.slice(at, at + step).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "?"));
  }
  parser.close();
  if (root !== "job_info") throw notUnderstood("qstat", text, `it is <${root}> and not <job_info>`);
}
