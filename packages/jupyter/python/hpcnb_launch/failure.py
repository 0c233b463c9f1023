"""What a person is told of the end of a job."""

import errno
import resource
import signal
import socket
import sys

HOST = socket.gethostname()


class Failure(Exception):
    """What a person should be told, instead of a traceback."""

    def __init__(self, problem, hint=None):
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


def cannot_import(package, error):
    # Its import takes 20 ms, a fifth of the relay's start.
    import importlib.metadata

    problem = f"{sys.executable} on {HOST} cannot import {package}: {error}."
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return Failure(problem, f"Install it with: {sys.executable} -m pip install {package}")
    return Failure(
        problem,
        f"{package} {version} is installed, but something that it needs is missing or broken. "
        f"{sys.executable} -m pip check may say what.",
    )


def of_unexpected(error):
    """What is told of an error that no program has words for."""
    what = f"It has stopped on {HOST} with {type(error).__name__}: {error}"
    if not is_for_want_of_processes(error):
        return Failure(what)
    limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    amount = "" if limit == resource.RLIM_INFINITY else f" (`ulimit -u` is {limit})"
    return Failure(
        f"On {HOST} you may start no more processes and threads{amount}. {what}",
        "End programs of yours on that host, or ask the site for a higher limit.",
    )


def is_for_want_of_processes(error):
    """fork(2) and pthread_create(3) both fail with EAGAIN; Python hides it for a thread."""
    if isinstance(error, BlockingIOError):
        return error.errno == errno.EAGAIN
    return isinstance(error, RuntimeError) and "can't start new thread" in str(error)


class Stopped(SystemExit):
    """The scheduler or hpcnb has asked the job to end."""


def how_it_ended(code):
    """How a process ended, from an exit code of `subprocess` or `os.waitstatus_to_exitcode`."""
    return f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
