"""A task of a job, as its supervisor knows it."""

import os


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
    """
    Tells a file from what somebody else has put in its place, or made of it; None when it is not
    there.
    """
    try:
        about = os.lstat(path)
    except FileNotFoundError:
        return None
    return about.st_ino, about.st_size, about.st_mtime_ns
