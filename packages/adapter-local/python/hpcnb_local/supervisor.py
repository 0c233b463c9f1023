"""
The supervisor, a process that runs one job.

It starts the job's tasks, ends them when it is told to or when their time is up, and is over only
when every process that they left is gone. For all its life it holds a lock on the file `alive` in
the job's directory: that, and no process id, is how others know that it is there.
"""

import os
import select
import signal
import sys
import time

from hpcnb_local.files import Damaged, is_in, read_ranges, write_json
from hpcnb_local.locks import identity
from hpcnb_local.marks import (
    LEFTOVER_GRACE,
    LOOK,
    MARK_VARIABLE,
    TASK_GRACE,
    TASK_VARIABLE,
    WALLTIME,
    mark_of,
)
from hpcnb_local.processes import (
    adopt_orphans,
    all_processes,
    clock_time,
    environment_of,
    exists,
    send,
    signal_name,
    trees,
)
from hpcnb_local.start_task import explain, start
from hpcnb_local.tasks import Task, version_of


class Supervisor:
    def __init__(self, directory, job):
        self.directory, self.job = directory, job
        self.tasks = [Task(number + 1) for number in range(job.get("tasks", 1))]
        # Why all of it is to end.
        self.cancelled = None
        self.complaint = None
        # What each file says, and which version of it does.
        self.saved = {"job.json": (job, version_of(os.path.join(directory, "job.json")))}
        self.mark = mark_of(directory)
        self.identity = identity()
        self.wakeup, wake = os.pipe()
        os.set_blocking(self.wakeup, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Handlers and not SIG_IGN, which the tasks would inherit.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, self.on_cancel)
        self.adopts = adopt_orphans()

    def on_cancel(self, number, _frame):
        why = (
            f"{signal_name(number)} ended it, which a system sends to all processes at a shutdown "
            "or a logout"
        )
        self.cancelled = self.cancelled or why

    def run(self, confirm):
        """
        Tells `confirm` None as soon as the job was started, or why it was not, once nothing of it
        is left.
        """
        self.save()
        self.start_queued()
        problem = next((task.reason for task in self.tasks if task.state == "ended"), None)
        if problem:
            self.cancelled = problem
        else:
            self.save()
            confirm(None)
        self.turn()
        while any(task.state != "ended" for task in self.tasks):
            self.wait()
            self.turn()
        if problem:
            confirm(problem)

    def wait(self):
        """Until a signal comes or something is due."""
        now = time.monotonic()
        moments = [now + LOOK for task in self.tasks if task.state == "ending"]
        for task in self.tasks:
            if task.state == "running":
                # What SIGKILL did not end at once is looked at again and again.
                moments += [
                    max(at, now + LOOK) for at in (task.time_is_up, task.kill_at) if at is not None
                ]
        ready, _, _ = select.select([self.wakeup], [], [], min(moments) - now if moments else None)
        if ready:
            os.read(self.wakeup, 4096)

    def turn(self):
        table = self.look()
        if os.path.lexists(os.path.join(self.directory, "cancel")):
            self.cancelled = "it was cancelled"
        unwanted = self.unwanted()
        now = time.monotonic()
        for task in self.tasks:
            if self.cancelled or is_in(task.number, unwanted):
                self.end(task, self.cancelled or "it was cancelled")
            if task.time_is_up is not None and now >= task.time_is_up:
                self.end(task, f"{WALLTIME} {clock_time(self.job['walltime'])} was reached")
            if task.state == "running" and task.kill_at is not None and now >= task.kill_at:
                send([*trees(table, [task.pid]), -task.pid], signal.SIGKILL)
            if task.state == "ending":
                self.sweep(task, table, now)
        self.start_queued()
        self.save()

    def unwanted(self):
        try:
            return read_ranges(os.path.join(self.directory, "cancel-tasks"))
        except (OSError, Damaged) as error:
            self.complain(f"which tasks are to end is not known: {error}")
            return []

    def look(self):
        """Takes note of what is over; all processes, when something has to be done about them."""
        self.reap()
        now = time.monotonic()
        due = [task for task in self.running() if task.kill_at is not None and now >= task.kill_at]
        if not due and not any(task.state == "ending" for task in self.tasks):
            return {}
        table = all_processes()
        # A child that ended during the look may have left one that the look missed.
        while self.reap():
            table = all_processes()
        return table

    def reap(self):
        """True if a child was over."""
        mains = {task.pid: task for task in self.running()}
        found = False
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return found
            if pid == 0:
                return found
            found = True
            task = mains.get(pid)
            if task is None:
                continue
            task.state, task.time_is_up = "ending", None
            if os.WIFEXITED(status):
                task.exitCode = os.WEXITSTATUS(status)
            elif task.reason is None:
                task.reason = f"{signal_name(os.WTERMSIG(status))} ended it"

    def running(self):
        return [task for task in self.tasks if task.state == "running"]

    def end(self, task, reason):
        if task.reason is not None or task.state in ("ending", "ended"):
            return
        task.reason, task.time_is_up = reason, None
        if task.state == "queued":
            task.state = "ended"
        else:
            send([-task.pid], signal.SIGTERM, signal.SIGCONT)
            task.kill_at = time.monotonic() + TASK_GRACE

    def sweep(self, task, table, now):
        """Ends what the task left behind; the task is over when nothing is left."""
        left = self.leftovers(task, table)
        if not left:
            task.state = "ended"
        elif task.kill_at is not None and now >= task.kill_at:
            send(left, signal.SIGKILL)
        elif not task.leftovers_were_asked and not self.is_tidying_up(task, left, table):
            task.leftovers_were_asked = True
            task.kill_at = min(now + LEFTOVER_GRACE, task.kill_at or now + LEFTOVER_GRACE)
            send(left, signal.SIGTERM, signal.SIGCONT)

    def is_tidying_up(self, task, left, table):
        """
        Whether a server and not only the shell around it was asked to end: it will end what it
        started itself.
        """
        return task.kill_at is not None and any(
            pid < 0 or table[pid].session == task.pid for pid in left
        )

    def leftovers(self, task, table):
        """
        Orphans became children of this process. Whose they are, their environment says; one that
        does not say is the whole job's, and lives as long as any task.
        """
        if not self.adopts:
            return [-task.pid] if exists(-task.pid) else []
        mains = {other.pid for other in self.running()}
        orphans = [
            pid
            for pid, process in table.items()
            if process.parent == os.getpid() and pid not in mains
        ]
        owners = (task.number,) if mains else (task.number, None)
        return trees(table, [pid for pid in orphans if self.owner(pid) in owners])

    def owner(self, pid):
        words = environment_of(pid)
        if MARK_VARIABLE.encode() + b"=" + self.mark not in words:
            return None
        return next(
            (
                task.number
                for task in self.tasks
                if f"{TASK_VARIABLE}={task.number}".encode() in words
            ),
            None,
        )

    def start_queued(self):
        busy = sum(task.state in ("running", "ending") for task in self.tasks)
        free = self.job.get("slots", len(self.tasks)) - busy
        for task in [task for task in self.tasks if task.state == "queued"][:free]:
            try:
                start(task, self.job, self.directory)
            except OSError as error:
                reason = f"it could not be started: {explain(error, self.directory)}"
                task.state, task.reason = "ended", reason

    def save(self):
        """Writes a changed state, also where another program has changed or damaged it."""
        state = {"supervisor": self.identity, "tasks": [task.record() for task in self.tasks]}
        for name, value in (("job.json", self.job), ("state.json", state)):
            path = os.path.join(self.directory, name)
            try:
                if self.saved.get(name) != (value, version_of(path)):
                    write_json(path, value)
                    self.saved[name] = value, version_of(path)
            except OSError as error:
                # A full disk is no reason to lose the tasks: the next turn tries again.
                self.complain(f"the state could not be written: {error}")

    def complain(self, text):
        """Once, and not at each turn."""
        if text != self.complaint:
            print(text, file=sys.stderr, flush=True)
        self.complaint = text
