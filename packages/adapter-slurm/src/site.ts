import type { SiteCommand } from "@hpcnb/core";

/**
 * Variables of Slurm stand for options, or are those of a job that a notebook runs in. Where the
 * cluster is and who asks stays.
 *
 * - sbatch hands SLURM_EXPORT_ENV on to the job, and sets it only where it is not set. NONE there
 *   would take the environment from all that srun starts in the job.
 * - squeue cuts lists of tasks at 64 characters without SLURM_BITSTR_LEN=0, and writes times
 *   without their zone without SLURM_TIME_FORMAT.
 * - How a job ended: sacct tells who cancelled it, as a number that getent makes a name of.
 *   scontrol knows a job for some minutes after its end, where there are no accounts, too.
 *
 * Without single quotes, so that it stays readable when a person sees it as a shell word.
 */
export const site: SiteCommand = {
  unset: {
    drop: "SLURM_* | SBATCH_* | SQUEUE_* | SCANCEL_* | SACCT_* | SCONTROL_*",
    keep: "SLURM_CONF | SLURM_CONF_SERVER | SLURM_JWT",
  },
  before: `case $1 in
  sbatch) export SLURM_EXPORT_ENV=ALL ;;
  squeue) export SLURM_BITSTR_LEN=0 SLURM_TIME_FORMAT=%s ;;
  sacct)
    ends=$("$@")
    echo "$ends"
    for user in $(echo "$ends" | sed -n "s/.*|CANCELLED by \\([0-9]*\\)|.*/\\1/p" | sort -u); do getent passwd "$user"; done
    set -- scontrol --oneliner show job "\${2#--jobs=}" ;;
esac`,
};
