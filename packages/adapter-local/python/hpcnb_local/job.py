"""What the spool knows of a job, which may be less than it should."""

import os
import signal

from hpcnb_local.answers import explain_error
from hpcnb_local.directories import ID
from hpcnb_local.files import Damaged, last_line, read_json
from hpcnb_local.locks import is_locked, signer_of
from hpcnb_local.machine import HOST, origin_of
from hpcnb_local.marks import mark_of
from hpcnb_local.processes import send, start_time
from hpcnb_local.shapes import (
    is_count,
    is_exit_code,
    is_line,
    is_line_or_null,
    is_moment,
    is_process_id,
    is_seconds,
    is_start,
    is_text,
)
from hpcnb_local.sight import Sight, strays

SPEC = {
    "id": is_line,
    "name": is_line,
    "workingDirectory": is_text,
    "output": is_text,
    "host": is_line,
    "boot?": is_line_or_null,
    "machine?": is_line_or_null,
    "tasks?": is_count,
    "slots?": is_count,
    "walltime?": is_seconds,
}


def is_task_state(value):
    """queued, running, ending or ended"""
    return value in ("queued", "running", "ending", "ended")


STATE = {
    "supervisor": {"pid": is_count, "start": is_start},
    "tasks": [
        {
            "number": is_count,
            "state": is_task_state,
            "pid?": is_process_id,
            "start?": is_start,
            "began?": is_moment,
            "exitCode?": is_exit_code,
            "reason?": is_text,
        }
    ],
}


class Job:
    """
    At one moment. Damage is this job's problem alone: `problem` says what of it could not be read.
    """

    def __init__(self, spool, number):
        self.spool, self.id, self.directory = spool, str(number), spool.directory(number)
        self.problem = None
        # Whatever could not even be looked at may still run.
        self.is_out_of_reach = False
        self.spec = self.ask(lambda: read_json(self.path("job.json"), SPEC))
        if self.spec is None and self.problem is None and os.path.lexists(self.directory):
            self.problem = f"{self.path('job.json')} is missing"
        self.origin = self.spec and origin_of(self.spec)
        # Before the state is read: a supervisor that is gone by now has said its last word.
        self.has_supervisor = bool(self.ask(lambda: is_locked(self.path("alive"))))
        self.state = self.ask(self.read_state)
        self.tasks = self.state["tasks"] if self.state else []
        self.has_ended = bool(self.tasks) and all(task["state"] == "ended" for task in self.tasks)
        if self.state and not self.has_ended and self.origin == "here":
            # The lock may have been lost with its file.
            self.has_supervisor = self.has_supervisor or self.sees_supervisor()
        # One that lives and cannot be seen is in another container, whatever else it has in common
        # with this one.
        is_hidden = self.has_supervisor and self.state is not None and not self.sees_supervisor()
        self.is_elsewhere = self.origin == "elsewhere" or bool(
            is_hidden and self.spec and self.spec["host"] != HOST
        )

    def path(self, name):
        return os.path.join(self.directory, name)

    def ask(self, question):
        try:
            return question()
        except Damaged as error:
            self.problem = self.problem or str(error)
        except OSError as error:
            self.is_out_of_reach = True
            self.problem = (
                self.problem or f"{self.directory} cannot be read ({explain_error(error)})"
            )
        return None

    def read_state(self):
        state = read_json(self.path("state.json"), STATE)
        numbers = [task["number"] for task in state["tasks"]] if state else []
        if sorted(set(numbers)) != numbers or (
            self.spec and numbers and numbers[-1] > self.spec.get("tasks", 1)
        ):
            raise Damaged(f"{self.path('state.json')}: its tasks are not those of the job")
        ended = [task for task in state["tasks"] if task["state"] == "ended"] if state else []
        if not all(task.keys() & {"exitCode", "reason"} for task in ended):
            raise Damaged(f"{self.path('state.json')}: a task has ended, and nothing says how")
        return state

    def sees_supervisor(self):
        return start_time(self.state["supervisor"]["pid"]) == self.state["supervisor"]["start"]

    def is_over(self):
        if self.has_supervisor:
            return False
        if self.has_ended or self.origin == "before":
            return True
        if self.spec is None and self.problem is None:
            # Its directory is gone.
            return True
        return not (self.is_elsewhere or self.is_out_of_reach or self.strays())

    def sight(self):
        """The processes as they were when the program first looked."""
        if self.spool.seen is None:
            self.spool.seen = Sight()
        return self.spool.seen

    def strays(self):
        """What still runs of it without a supervisor."""
        return strays(self, self.tasks, None, self.sight())

    def name(self):
        """Its processes know it, when its own file does not."""
        name = self.spec["name"] if self.spec else self.sight().names.get(mark_of(self.directory))
        return name if name and is_line(name) else "a job whose name is not known"


def last_error(directory):
    return last_line(os.path.join(directory, "errors")) or "it left no message"


def wake(job, number=signal.SIGCHLD):
    """Lets the supervisor look at its files now, by a signal that it gets all the time and that
    nobody else minds. False when no file says which process it is."""
    known = [job.state and job.state["supervisor"], job.ask(lambda: signer_of(job.path("alive")))]
    found = {one["pid"] for one in known if one and start_time(one["pid"]) == one["start"]}
    send(found, number)
    # One that has just been started has not signed yet, and is going to look by itself.
    return bool(found) or (job.state is None and not job.problem)


def jobs_of(spool, numbers):
    jobs = (Job(spool, number) for number in numbers)
    return [job for job in jobs if not job.is_over()]


def way_out(job):
    return (
        "if that host is gone for good, or is this one under an earlier name, delete "
        f"{job.directory}"
    )


def job_with(spool, text):
    """None when there is no entry of that id."""
    job = Job(spool, int(text)) if ID.fullmatch(text) else None
    return None if job is None or (job.spec is None and job.problem is None) else job
