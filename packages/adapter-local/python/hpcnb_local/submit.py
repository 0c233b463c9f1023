"""How a job comes into the spool and gets its supervisor."""

import errno
import json
import os

from hpcnb_local.answers import Rejected, Unanswerable, explain_error
from hpcnb_local.detach import detach
from hpcnb_local.directories import OTHER_SPOOL, base_of_id
from hpcnb_local.files import make_directory, read_json, write_json, write_text
from hpcnb_local.job import SPEC, last_error
from hpcnb_local.locks import sign, take_lock
from hpcnb_local.machine import HOST, ORIGIN
from hpcnb_local.prune import prune, remove

# Where a directory cannot be had at all, as opposed to one that is full or does not answer.
UNUSABLE = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR)


def submit(spool, request):
    spec = {key: value for key, value in request["job"].items() if key != "script"}
    check_places(spec)
    new = None
    try:
        base, new = new_directory(spool)
        lock = take_lock(os.path.join(new, "alive"))
        write_text(os.path.join(new, "script"), request["job"]["script"], 0o700)
        directory = enter(spool, base, {"new": new, "spec": {**spec, **ORIGIN}})
    except OSError as error:
        if new is not None and os.path.isdir(new):
            remove(new)
        raise Rejected(
            f"the job could not be put into the spool: {explain_error(error)}; {OTHER_SPOOL}"
        ) from error
    try:
        answer = start_supervisor(directory, lock)
    except OSError as error:
        remove(directory)
        raise Rejected(
            f"no process could be started for the job: {explain_error(error)} (see `ulimit -a`)"
        ) from error
    os.close(lock)
    if answer["problem"] is not None:
        remove(directory)
        raise Rejected(answer["problem"])
    return {"id": os.path.basename(directory)}


def new_directory(spool):
    """In the first directory that can be used, with the base of its ids."""
    for base in sorted(spool.directories):
        jobs = spool.directories[base]
        try:
            make(jobs)
            prune(spool, base)
            new = os.path.join(jobs, f".new-{HOST}-{os.getpid()}")
            make_directory(new)
            return base, new
        except OSError as error:
            if error.errno not in UNUSABLE or base == max(spool.directories):
                raise


def make(jobs):
    parts, path = [], jobs
    while not os.path.isdir(path) and path != os.path.dirname(path):
        parts.append(path)
        path = os.path.dirname(path)
    for path in reversed(parts):
        try:
            make_directory(path)
        except FileExistsError:
            # Another submission was faster; if it is no directory, the next step says so.
            continue
    about = os.stat(jobs)
    if about.st_uid != os.getuid():
        raise Rejected(f"the spool directory {jobs} belongs to another user")
    if about.st_mode & 0o077:
        # Whoever can write here can change what is going to run.
        os.chmod(jobs, 0o700)


def check_places(spec):
    try:
        os.chdir(spec["workingDirectory"])
    except OSError as error:
        problem = f"the working directory cannot be entered: {explain_error(error)}"
        raise Rejected(problem) from error
    directory = os.path.dirname(spec["output"])
    if not os.path.isdir(directory):
        raise Rejected(f"the output cannot be written: there is no directory {directory}")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise Rejected(f"the output cannot be written: no permission to write to {directory}")


def enter(spool, base, job):
    """
    Gives the job the next id. No directory can be renamed onto one that has files in it, so nobody
    else gets that id.
    """
    jobs = spool.directories[base]
    number = max((number for number in spool.ids() if base_of_id(number) == base), default=base)
    while True:
        number += 1
        if base_of_id(number) != base:
            raise Rejected(f"the spool has no id left: something in {jobs} has the largest one")
        write_json(os.path.join(job["new"], "job.json"), {**job["spec"], "id": str(number)})
        try:
            os.rename(job["new"], spool.directory(number))
            return spool.directory(number)
        except OSError:
            if not os.path.lexists(spool.directory(number)):
                raise


def start_supervisor(directory, lock):
    job = read_json(os.path.join(directory, "job.json"), SPEC)
    ready, tell = os.pipe()

    def confirm(problem):
        try:
            os.write(tell, json.dumps({"problem": problem}).encode())
        except BrokenPipeError:
            # Whoever submitted the job is gone; the job is listed and goes on.
            pass
        os.close(tell)

    def supervise():
        from hpcnb_local.supervisor import Supervisor

        sign(lock)
        Supervisor(directory, job).run(confirm)

    detach(directory, supervise)
    os.close(tell)
    with open(ready, "rb") as pipe:
        text = pipe.read()
    if not text:
        raise Unanswerable(
            f"the supervisor of job {job['id']} ended at once: {last_error(directory)}"
        )
    return json.loads(text)
