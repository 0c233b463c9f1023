"""The beginning of a task of a job."""

import os
import subprocess
import time

from hpcnb_local.answers import explain_error
from hpcnb_local.marks import JOB_VARIABLE, MARK_VARIABLE, NAME_VARIABLE, TASK_VARIABLE, mark_of
from hpcnb_local.processes import start_time


def start(task, job, directory):
    """Starts its main process, and notes in `task` that it runs. No other error than OSError."""
    # The job may have been submitted from inside another one.
    environment = {name: value for name, value in os.environ.items() if name != TASK_VARIABLE}
    environment[JOB_VARIABLE] = job["id"]
    environment[MARK_VARIABLE] = os.fsdecode(mark_of(directory))
    environment[NAME_VARIABLE] = job["name"]
    output = job["output"]
    if "tasks" in job:
        environment[TASK_VARIABLE] = str(task.number)
        output = output.replace("{task}", str(task.number))
    # A pipe of that name would be waited for without O_NONBLOCK.
    log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, 0o600)
    os.set_blocking(log, True)
    script = script_of(directory)
    options = {
        "cwd": job["workingDirectory"],
        "env": environment,
        "stdin": subprocess.DEVNULL,
        "stdout": log,
        "stderr": log,
        "start_new_session": True,
    }
    try:
        process = subprocess.Popen([script], **options)
    except PermissionError as error:
        if error.filename != script:
            raise
        # The spool's file system lets no program run (noexec), but its interpreter may read it.
        process = subprocess.Popen([*first_line(script)[2:].split(None, 1), script], **options)
    finally:
        os.close(log)
    # The supervisor's `reap` asks for its end; Popen must not.
    process.returncode = 0
    task.pid, task.state, task.start = process.pid, "running", start_time(process.pid)
    # In whole seconds, so that tasks that began together are told together.
    task.began = int(time.time())
    if "walltime" in job:
        task.time_is_up = time.monotonic() + job["walltime"]


def script_of(directory):
    return os.path.join(directory, "script")


def first_line(script):
    with open(script, encoding="utf-8", errors="replace") as file:
        return file.readline(200).rstrip()


def explain(error, directory):
    script = script_of(directory)
    if error.filename != script:
        return explain_error(error)
    # The kernel's word for a missing interpreter is the same as for a missing script.
    return f"{error.strerror}, for a script that begins with {first_line(script)!r}"
