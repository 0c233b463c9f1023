"""Requests that change a job."""

import os
import signal
import sys
import time

from hpcnb_local.answers import Unanswerable, explain_error
from hpcnb_local.detach import detach
from hpcnb_local.directories import ID
from hpcnb_local.files import is_in, open_to_write, write_json, write_text
from hpcnb_local.job import jobs_of, wake, way_out
from hpcnb_local.locks import identity, sign, take_lock
from hpcnb_local.marks import LOOK, TASK_GRACE
from hpcnb_local.processes import send
from hpcnb_local.sight import Sight, strays


def cancel(spool, request):
    def end(job, target):
        chosen = (
            [(tasks["first"], tasks["last"]) for tasks in target["tasks"]]
            if "tasks" in target
            else None
        )
        # First the file, then the signal: a supervisor that has not said yet who it is will find
        # the file.
        note_cancel(job, chosen)
        if job.is_elsewhere:
            way = "" if job.has_supervisor else f"; {way_out(job)}"
            raise Unanswerable(
                f"job {job.id} was started on {job.spec['host']} and can be cancelled only "
                f"there{way}"
            )
        if not job.has_supervisor:
            end_strays(job, chosen)
        elif not wake(job):
            raise Unanswerable(
                f"job {job.id} cannot be cancelled: nothing says which process its supervisor is"
            )

    each(spool, request["targets"], end)
    return {}


def each(spool, targets, work):
    """Does the work for every job, and then reports the jobs that it failed for."""
    problems = []
    for target in targets:
        for job in jobs_with(spool, [target["id"]]):
            try:
                work(job, target)
            except Unanswerable as error:
                problems.append(str(error))
            except OSError as error:
                problems.append(f"job {job.id} could not be changed: {explain_error(error)}")
    if problems:
        raise Unanswerable("; ".join(problems))


def note_cancel(job, chosen):
    try:
        if chosen is None:
            write_text(job.path("cancel"), "", 0o600)
        else:
            append_ranges(job.path("cancel-tasks"), chosen)
    except OSError:
        # On a full disk a supervisor can still be told, and one that is gone needs no file.
        if (
            chosen is not None
            or job.is_elsewhere
            or (job.has_supervisor and not wake(job, signal.SIGTERM))
        ):
            raise


def jobs_with(spool, ids):
    known = set(spool.ids())
    return jobs_of(spool, [int(text) for text in ids if ID.fullmatch(text) and int(text) in known])


def append_ranges(path, ranges):
    text = "".join(f"{first}-{last}\n" for first, last in ranges)
    with open(open_to_write(path, os.O_APPEND), "w", encoding="utf-8") as file:
        file.write(text)


def end_strays(job, chosen):
    lock = take_lock_soon(job.path("alive"))
    if lock is None:
        return

    def work():
        sign(lock)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        numbers = range(1, 1 + (job.spec or {}).get("tasks", 1))
        tasks = job.tasks or [{"number": number, "state": "ending"} for number in numbers]
        asked = [task for task in tasks if chosen is None or is_in(task["number"], chosen)]
        left = [task for task in asked if task["state"] != "ended"]
        for task in left:
            task["reason"] = "it was cancelled after its supervisor had been killed"
        note(tasks)
        # Without a state nothing says which task a process is of, unless it is one of those that
        # were chosen.
        wanted = left if job.tasks or chosen is not None else []
        seen = strays(job, wanted, None, Sight())
        send(seen, signal.SIGTERM, signal.SIGCONT)
        deadline = time.monotonic() + TASK_GRACE
        # They are nobody's children here, so only looking tells.
        while seen:
            if time.monotonic() > deadline:
                send(seen, signal.SIGKILL)
            time.sleep(LOOK)
            seen = strays(job, wanted, seen, Sight())
        for task in left:
            task["state"] = "ended"
        note(tasks)

    def note(tasks):
        try:
            write_json(job.path("state.json"), {"supervisor": identity(), "tasks": tasks})
        except OSError as error:
            # A full disk is no reason to let them live.
            print(f"the state could not be written: {error}", file=sys.stderr, flush=True)

    detach(job.directory, work)
    os.close(lock)


def take_lock_soon(path):
    """
    Those who only look let go of it at once; None when somebody keeps it, who asked for the same
    and is at it.
    """
    deadline = time.monotonic() + 1
    while True:
        try:
            return take_lock(path)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.01)
