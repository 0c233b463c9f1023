import { type JobState, reasonWords, stateWords } from "@hpcnb/core";

/** The states of squeue(1). A job that completes still has processes on its node. */
const stateIn = stateWords({
  queued: "PENDING REQUEUED REQUEUE_FED",
  held: "REQUEUE_HOLD RESV_DEL_HOLD",
  error: "SPECIAL_EXIT",
  starting: "CONFIGURING",
  running: "RUNNING RESIZING SIGNALING STAGE_OUT COMPLETING",
  suspended: "SUSPENDED STOPPED",
  finished: "BOOT_FAIL CANCELLED COMPLETED DEADLINE FAILED NODE_FAIL OUT_OF_MEMORY PREEMPTED REVOKED TIMEOUT",
});

/**
 * Why a job waits: Slurm's word (squeue(1), and slurm.schedmd.com/job_reason_codes.html), what it
 * means, and, where it does not just wait for its turn, the state. A job in error never runs unless
 * somebody changes it or the site.
 */
const reasonIn = reasonWords([
  [/^(None|\(null\)|N\/A)?$/, ""],
  [/^Priority$/, "others are before it"],
  [/^Resources$/, "it is next, and waits for free resources"],
  [/^Dependency$/, "it waits for the job that it depends on"],
  [/^DependencyNeverSatisfied$/, "the job that it depends on has not ended as it should have", "error"],
  [/^BeginTime$/, "its time to begin has not come; a job that starts again waits, too"],
  [/^JobHeldUser$/, "its user holds it: `scontrol release` lets it go", "held"],
  [/^JobHeldAdmin$/, "an administrator holds it", "held"],
  [/requeued.*held|^JobHoldMaxRequeue$/i, "its start failed, and Slurm holds it: see `scontrol show job`", "error"],
  [/^JobArrayTaskLimit$/, "as many tasks run as may run at the same time"],
  [/^ReqNodeNotAvail/, "nodes that it needs are down, drained or reserved"],
  [/^Partition(Down|Inactive)$/, "its partition starts no jobs at the moment"],
  [/^PartitionNodeLimit$/, "its partition has too few nodes for it, or they are down"],
  // One partition of several may say it, and another one take the job.
  [/^PartitionTimeLimit$/, "its walltime is longer than its partition allows: it cannot start there"],
  [/^(QOS|Assoc)Max\w*Per(Job|Node)|^MaxMemPerLimit|^QOSMin/, "its account or QOS gives no job such amounts", "error"],
  [/^(Invalid(Account|QOS)|(Account|QOS)NotAllowed)$/, "its account or QOS may not run it", "error"],
  [/^(QOS|Assoc)|^Max\w+PerAccount$/, "a limit of its account or QOS is reached"],
  // Also for a while, where a whole node is wanted and none is free: it is not given up.
  [/^BadConstraints$/, "no node has what it asks for, as it seems now"],
  [/^Licenses$/, "it waits for a licence"],
  [/^Reservation$/, "its reservation has not begun"],
]);

/** A reason may have details behind it: "ReqNodeNotAvail, UnavailableNodes:n3". */
export function standingOf(native: string, word: string): { state: JobState; reason: string | undefined } {
  const state = stateIn(native);
  const { reason, state: stateByReason } = reasonIn(word);
  return { state: state === "queued" ? (stateByReason ?? state) : state, reason };
}
