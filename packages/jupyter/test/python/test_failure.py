"""What a person is told of errors that no program expects: the reason, and what will help."""

import errno
import json
import os
import resource
import sys
import threading
import unittest

from hpcnb_launch import failure

ASK = os.path.join(os.path.dirname(failure.__file__), "ask_environment.py")


def told_by_child(limit, work):
    """What `work` returns in a process of a user, not of root, who may have so many processes."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(here)
        resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
        if os.getuid() == 0:
            os.setuid(65534)
        os.dup2(there, 1)
        os.write(1, str(work()).encode())
        os._exit(0)
    os.close(there)
    with os.fdopen(here, encoding="utf-8") as file:
        text = file.read()
    os.waitpid(child, 0)
    return text


def start_thread():
    try:
        threading.Thread(target=print).start()
    except RuntimeError as error:
        return failure.of_unexpected(error)
    return "started"


def print_environment():
    with open(ASK, encoding="utf-8") as file:
        program = compile(file.read(), ASK, "exec")
    sys.argv[1:] = []
    sys.stdout = os.fdopen(1, "w", closefd=False)
    exec(program, {})
    sys.stdout.flush()
    return ""


class TooFewProcesses(unittest.TestCase):
    def test_a_thread_that_cannot_be_started_is_told_with_the_limit(self):
        self.assertIn(
            "no more processes and threads (`ulimit -u` is 1).", told_by_child(1, start_thread)
        )

    def test_a_process_that_cannot_be_started_is_told(self):
        told = failure.of_unexpected(
            BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        )
        self.assertIn("may start no more processes", told.problem)
        self.assertIsNotNone(told.hint)

    def test_another_error_is_told_as_it_is(self):
        for error in (RuntimeError("other"), OSError(errno.EIO, "other")):
            told = failure.of_unexpected(error)
            self.assertRegex(told.problem, f"^It has stopped on .* with {type(error).__name__}: ")
            self.assertIsNone(told.hint)

    @unittest.skipUnless(os.path.isdir("/proc/self"), "this system has no /proc")
    def test_the_check_tells_the_limit_and_what_is_there(self):
        answer = json.loads(told_by_child(5000, print_environment).split("HPCNB_ENVIRONMENT ")[1])
        self.assertEqual(answer["processes"]["limit"], 5000)
        self.assertGreaterEqual(answer["processes"]["own"], 1)


class CannotImport(unittest.TestCase):
    def test_a_package_that_is_not_there_is_to_be_installed(self):
        told = failure.cannot_import("no-such-package", ImportError("No module named 'x'"))
        self.assertIn("No module named 'x'", told.problem)
        self.assertIn("-m pip install no-such-package", told.hint)

    def test_a_package_that_is_there_is_not(self):
        told = failure.cannot_import("pip", ImportError("No module named 'x'"))
        self.assertIn("No module named 'x'", told.problem)
        self.assertIn("is installed, but something that it needs is missing or broken", told.hint)
        self.assertNotIn("pip install", told.hint)
