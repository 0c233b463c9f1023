"""What a person is told of the end of a job."""

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
    return Failure(
        f"{sys.executable} on {HOST} cannot import {package}: {error}.",
        f"Install it with: {sys.executable} -m pip install {package}",
    )


class Stopped(SystemExit):
    """The scheduler or hpcnb has asked the job to end."""


def how_it_ended(code):
    """How a process ended, from an exit code of `subprocess` or `os.waitstatus_to_exitcode`."""
    return f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
