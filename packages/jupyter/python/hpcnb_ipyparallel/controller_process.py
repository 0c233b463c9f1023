"""
The controller itself, a child of the job's process: how it is started, and ended with all that it
has started.
"""

import json
import math
import os
import signal
import subprocess
import sys
import time

from hpcnb_ipyparallel import controller_ports
from hpcnb_ipyparallel.limits import CONTROLLER_LIMIT
from hpcnb_launch import failure, job, signals
from hpcnb_launch.failure import HOST, Failure
from hpcnb_launch.signals import HANGUPS, WARNINGS
from hpcnb_launch.waiting import AwakeClock

# Milliseconds without a sign of life after which an engine counts as lost; ipyparallel's own choice
# is 30 s. The beat is answered by a thread without Python in it, which goes on while the engine
# computes.
ENGINE_SILENCE = 20_000

# Seconds within which all that it has started ends, once killed.
ORPHANS_LIMIT = 5.0

# Whether a process can have the orphans of its children handed over to it.
HAS_ORPHANS = sys.platform == "linux" and os.path.exists("/proc/self/stat")


def start_controller(profile, directory, parameters):
    # Others take an address that they can reach from the controller's record.
    ip, location = ("127.0.0.1", "127.0.0.1") if parameters["oneHost"] else ("*", HOST)
    period = parameters["heartbeat"]
    command = [
        sys.executable,
        "-m",
        "ipyparallel.controller",
        f"--profile-dir={profile}",
        f"--IPController.ip={ip}",
        f"--IPController.location={location}",
        # Within one host too: its other users can connect to these ports, and unencrypted they
        # would hear what engines print.
        f"--IPController.enable_curve={has_encryption()}",
        *controller_ports.option(parameters["ports"]),
        f"--HeartMonitor.period={period}",
        f"--HeartMonitor.max_heartmonitor_misses={math.ceil(ENGINE_SILENCE / period)}",
    ]
    adopt_orphans()
    # Not the notebook directory: Python would import whatever lies there.
    return subprocess.Popen(command, cwd=directory, preexec_fn=begin_controller)


def has_encryption():
    """
    A release of ipyparallel that knows no CurveZMQ says so in its log and signs its messages as
    ever.
    """
    try:
        import zmq

        return bool(zmq.has("curve"))
    except ImportError:
        return False


def begin_controller():
    """
    It stays in the job's process group, so that who suspends or warns the job reaches it and its
    children, too.
    """
    signals.ignore(WARNINGS + HANGUPS)
    if not HAS_ORPHANS:
        os.setpgid(0, 0)
    job.die_with_parent()


def read_connections(profile):
    """
    What clients and engines need for connecting, once the controller has written both completely.
    """
    paths = [
        os.path.join(profile, "security", f"ipcontroller-{kind}.json")
        for kind in ("client", "engine")
    ]
    clock = AwakeClock()
    while clock.now() < CONTROLLER_LIMIT:
        connections = [read_json(path) for path in paths]
        if all(connections):
            return connections
        time.sleep(0.05)
    raise Failure(
        f"The ipyparallel controller on {HOST} was not ready after {CONTROLLER_LIMIT:.0f} s."
    )


def read_json(path):
    """None while it is not there or not complete."""
    try:
        with open(path, encoding="ascii") as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return None


def heed_end(child):
    """
    Whatever this process waits for then, it learns of the child's end at once, and each second
    again: libraries catch what is raised while they run.
    """

    def tell(_signal, _frame):
        if child.poll() is not None:
            signal.alarm(1)
        fail_if_ended(child)

    for number in (signal.SIGCHLD, signal.SIGALRM):
        signal.signal(number, tell)
    fail_if_ended(child)


def heed_no_end():
    signal.alarm(0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def fail_if_ended(child):
    """Told to stop as a group, the child ends as this process is about to do."""
    code = child.poll()
    if code is not None and signal.getsignal(signal.SIGTERM) == job.stop:
        raise Failure(
            f"The ipyparallel controller on {HOST} has ended {failure.how_it_ended(code)}."
        )


def end(child):
    """
    With all that it has started, which would outlive it. It is not asked first: it keeps nothing,
    and would spend most of a second on Python's own end.
    """
    if HAS_ORPHANS:
        child.kill()
        child.wait()
        end_orphans()
        return
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        # As it should be: nothing is left of the group.
        pass
    child.wait()


def adopt_orphans():
    """
    Linux: processes whose parent has ended become this one's children, see prctl(2): 36 is
    PR_SET_CHILD_SUBREAPER.
    """
    if HAS_ORPHANS:
        import ctypes

        ctypes.CDLL(None).prctl(36, 1)


def end_orphans():
    """All children of this process; what they leave behind become its children in turn."""
    deadline = time.monotonic() + ORPHANS_LIMIT
    while time.monotonic() < deadline:
        left = own_children()
        if not left:
            return
        for process in left:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, os.WNOHANG)
        time.sleep(0.02)


def own_children():
    """From /proc, where a process that ends meanwhile is no longer found."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                parent = file.read().rpartition(")")[2].split()[1]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == os.getpid():
            found.append(int(name))
    return found
