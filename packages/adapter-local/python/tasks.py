"""The local scheduler, part four: a task of a job, as its supervisor knows it."""

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


class Task:
    def __init__(self, number):
        self.number = number
        # queued, running, ending (its main process is over, others are not), ended
        self.state = "queued"
        self.pid = self.start = self.began = self.exitCode = self.reason = None
        # Moments of time.monotonic().
        self.time_is_up = self.kill_at = None
        self.leftovers_were_asked = False

    def record(self):
        fields = ("number", "state", "pid", "start", "began", "exitCode", "reason")
        return {field: getattr(self, field) for field in fields if getattr(self, field) is not None}


def version_of(path):
    """Tells a file from what somebody else has put in its place, or made of it; None when it is not there."""
    try:
        about = os.lstat(path)
    except FileNotFoundError:
        return None
    return about.st_ino, about.st_size, about.st_mtime_ns
