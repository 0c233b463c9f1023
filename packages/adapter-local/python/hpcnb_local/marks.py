"""How processes of jobs are known, and how long they have for their end."""

import os

TASK_VARIABLE = "HPCNB_TASK_ID"
JOB_VARIABLE = "HPCNB_JOB_ID"

# Holds the job's directory, which tells its processes from those of a job of another spool.
MARK_VARIABLE = "HPCNB_JOB_DIRECTORY"

# By which a job is known whose files do not say it any more.
NAME_VARIABLE = "HPCNB_JOB_NAME"

# With this begins the reason of a task whose time was up.
WALLTIME = "the walltime of"

# Seconds between asking to end and SIGKILL: for a task, and for what a task left behind.
TASK_GRACE = 10
LEFTOVER_GRACE = 5

# Seconds between two looks for processes whose end no signal announces.
LOOK = 0.1


def mark_of(directory):
    return os.fsencode(os.path.realpath(directory))
