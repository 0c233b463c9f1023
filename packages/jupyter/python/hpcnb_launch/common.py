"""Every job's program begins with this: records, waiting for storage, and how a job ends. Python 3.9, standard library."""

import sys

# A program on standard input has the working directory on its path, where a notebook's folder may
# hold a json.py.
if sys.path and sys.path[0] == "":
    del sys.path[0]

import errno
import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import tempfile
import threading
import time
import traceback

HOST = socket.gethostname()
RECORD_SIZE = 4096
JSON_ROOM = RECORD_SIZE - 65

# When the job began to run, by its host's clock and by one that is never set; its shell knows for
# how long it had run before.
RAN = int(os.environ.pop("HPCNB_SECONDS", "0"))
BEGAN_AT, BEGAN = time.time() - RAN, time.monotonic() - RAN

# Seconds that a record may still take after a fixed delay.
DELAY_GRACE = 5.0

# Seconds that a controller may take until it has written its connection files; Python itself may
# come from slow storage.
CONTROLLER_LIMIT = 120.0

# Some schedulers take 99 and 100 for "run it again" and "keep it in error".
RESERVED_EXIT_CODES = (99, 100)


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


def say(text):
    try:
        print(f"hpcnb: {text}", flush=True)
    except OSError:
        # The log may lie on the full disk that was to be told of. A job is not ended by what it
        # cannot say.
        pass


def encode_record(record):
    text = json.dumps(record).encode("ascii")
    if len(text) > JSON_ROOM:
        raise ValueError(f"A record holds {JSON_ROOM} bytes, not {len(text)}.")
    return text.ljust(JSON_ROOM) + hashlib.sha256(text).hexdigest().encode("ascii") + b"\n"


def decode_record(data, run):
    """The record, or why there is none: (record, None) or (None, reason)."""
    if len(data) != RECORD_SIZE:
        return None, f"it has {len(data)} bytes instead of {RECORD_SIZE}"
    text = data[:JSON_ROOM].rstrip(b" ")
    if hashlib.sha256(text).hexdigest().encode("ascii") + b"\n" != data[JSON_ROOM:]:
        return None, "its checksum does not fit its content"
    record = json.loads(text)
    if record.get("run") != run:
        return None, f"it is of run {record.get('run')}"
    return record, None


def read_record(path, run):
    """Lists the directory first: that makes a network file system ask its server."""
    try:
        os.listdir(os.path.dirname(path))
        with open(path, "rb") as file:
            return decode_record(file.read(), run)
    except OSError as error:
        return None, error.strerror or str(error)


def wait_for_records(paths, run, readiness):
    """The records at `paths`, and the seconds that it took until all could be read on this host."""
    start = time.monotonic()
    limit = readiness["seconds"]
    if readiness["strategy"] == "delay":
        time.sleep(limit)
        limit = DELAY_GRACE
    clock = AwakeClock()
    records = [wait_for_record(path, run, start, lambda: limit - clock.now()) for path in paths]
    return [*records, round(time.monotonic() - start, 3)]


def wait_for_record(path, run, start, seconds_left):
    pauses = growing_pauses(0.05, 2.0)
    while True:
        record, reason = read_record(path, run)
        if record is not None:
            return record
        left = seconds_left()
        if left <= 0:
            waited = time.monotonic() - start
            raise Failure(
                f"After {waited:.0f} s, {path} still cannot be read on {HOST}: {reason}.",
                "The shared storage is late or is not there on that host. storage.timeout in the session file sets how "
                "long to wait.",
            )
        time.sleep(min(next(pauses), left))


class AwakeClock:
    """
    Seconds in which this process could run, for limits. It is asked again and again; where it was not
    for longer than any pause of these programs, the process was suspended.
    """

    LONGEST = 20.0

    def __init__(self):
        self.seconds, self.last = 0.0, time.monotonic()

    def now(self):
        moment = time.monotonic()
        self.seconds += min(moment - self.last, self.LONGEST)
        self.last = moment
        return self.seconds


def growing_pauses(first, longest):
    """Seconds, each a little random, so that many jobs that began together do not ask together."""
    pause = first
    while True:
        yield pause * random.uniform(0.8, 1.2)
        pause = min(pause * 1.5, longest)


class Report:
    """What this job says of itself, overwritten in place with the same size. The last word is "failed" or "ended"."""

    def __init__(self, path, run):
        self.path = path
        self.run = run
        self.lock = threading.Lock()
        self.is_final = False
        # Why it could not be written when that was tried last.
        self.trouble = None

    def publish(self, state, **facts):
        with self.lock:
            is_last = state in ("failed", "ended")
            if self.is_final and not is_last:
                return
            self.is_final = self.is_final or is_last
            data = encode_record({"run": self.run, "state": state, **facts})
            descriptor = os.open(self.path, os.O_WRONLY)
            try:
                while data:
                    data = data[os.write(descriptor, data) :]
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def try_publish(self, state, **facts):
        """
        As `publish`, but a storage that cannot be written now (quota, a stale handle) is told in the log and ends nothing:
        it returns False, and the caller tries again when it has more to say.
        """
        try:
            self.publish(state, **facts)
        except OSError as error:
            if str(error) != self.trouble:
                say(f"{self.path} could not be written: {error}")
            self.trouble = str(error)
            return False
        self.trouble = None
        return True

    def keep_trying(self, state, **facts):
        """Returns once it is published. For what others wait for and what goes on in any case."""
        pauses = growing_pauses(0.1, 5.0)
        while not self.try_publish(state, **facts):
            time.sleep(next(pauses))


def run_job(reports, work):
    """Runs a job's work to its end, says in `reports` how it went, and exits."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    del sys.argv[1:]
    signal.signal(signal.SIGTERM, stop)
    ignore(WARNINGS + HANGUPS)
    code, end = 0, ("ended", {})
    try:
        work()
    except Stopped:
        end = ("ended", {"told": True})
    except KeyboardInterrupt:
        code = 1
    except Failure as failure:
        say(failure.problem if failure.hint is None else f"{failure.problem} {failure.hint}")
        code, end = 1, failed(failure.problem, failure.hint)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        if code:
            end = failed(f"It has stopped with exit code {code} on {HOST}.")
    except Exception as error:
        traceback.print_exc()
        code, end = 1, failed(f"It has stopped on {HOST} with {type(error).__name__}: {error}")
    if end[0] == "ended":
        end = ("ended", {"told": False, **end[1], "seconds": round(time.monotonic() - BEGAN, 1)})
    for report in reports:
        report.try_publish(end[0], **end[1])
    say("ended." if code == 0 else f"ended with exit code {code}.")
    sys.exit(1 if code in RESERVED_EXIT_CODES else code)


def die_with_parent():
    """Linux: a child whose job was killed would go on unseen, see prctl(2): 1 is PR_SET_PDEATHSIG."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def how_it_ended(code):
    """How a process ended, from an exit code of `subprocess` or `os.waitstatus_to_exitcode`."""
    return f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"


def failed(problem, hint=None):
    facts = {"problem": problem[:2000]}
    if hint is not None:
        facts["hint"] = hint[:1000]
    return "failed", facts


def stop(_signal, _frame):
    # Told again, it would break off its own clearing up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped(0)
