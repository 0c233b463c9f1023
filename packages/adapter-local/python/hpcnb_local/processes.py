"""
What the local scheduler needs to know of processes. Linux first; without /proc, process groups have
to do.
"""

import os
import signal
import sys

# What a supervisor calls itself, so that another job's supervisor, below which it may have been
# started, lets it live.
NAME = b"hpcnb-local-job"


def has_proc():
    """False also below the /proc of another pid namespace, where every id means another process."""
    try:
        return int(os.readlink("/proc/self")) == os.getpid()
    except (OSError, ValueError):
        return False


HAS_PROC = has_proc()


class Process:
    def __init__(self, stat):
        head, _, tail = stat.rpartition(b")")
        fields = tail.split()
        self.name = head.partition(b"(")[2]
        # Numbers 3, 4, 6 and 22 of the fields in proc_pid_stat(5).
        self.is_dead = fields[0] in (b"Z", b"X")
        self.parent, self.session, self.start = int(fields[1]), int(fields[3]), int(fields[19])


def find_process(pid):
    """None when there is none, when it is over and only waits for its parent to notice, or when it
    may not be seen (hidepid in proc(5)): another user's process is nobody's business here."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            process = Process(file.read())
    except OSError:
        return None
    return None if process.is_dead else process


def all_processes():
    """By id; none where there is no /proc."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()] if HAS_PROC else []
    return {pid: process for pid in pids for process in [find_process(pid)] if process}


def trees(table, roots):
    """
    The ids of these processes and of all below them, but not of other jobs, which have a life of
    their own.
    """
    children = {}
    for pid, process in table.items():
        children.setdefault(process.parent, []).append(pid)
    found, todo = set(), list(roots)
    while todo:
        pid = todo.pop()
        if pid in table and pid not in found and table[pid].name != NAME:
            found.add(pid)
            todo += children.get(pid, ())
    return found


def start_time(pid):
    """Tells a process from a later one with the same id; None when there is none."""
    if HAS_PROC:
        process = find_process(pid)
        return process and process.start
    if sys.platform == "linux":
        # Its ps has no other source than /proc: there is only whether the process is there.
        return "unknown" if exists(pid) else None
    import subprocess

    found = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    return found.stdout.decode().strip() or None


def exists(target):
    """A negative target is a process group. One that may not be signalled is not this user's."""
    try:
        os.kill(target, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def environment_of(pid):
    """
    The words of the environment that the process was started with; none when it is over or not to
    be read.
    """
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []


def send(targets, *signals):
    """A negative target is a process group, as in kill(2)."""
    for target in targets:
        for number in signals:
            try:
                os.kill(target, number)
            except (ProcessLookupError, PermissionError):
                # Over, or a set-uid program, or on macOS a group of zombies: nothing that can be
                # ended from here.
                break


def name_itself():
    if not HAS_PROC:
        return
    try:
        with open("/proc/self/comm", "wb") as file:
            file.write(NAME)
    except OSError:
        # /proc is mounted read-only here.
        prctl(15, NAME)  # PR_SET_NAME in linux/prctl.h


def adopt_orphans():
    """From now on processes below this one become its children when their parent ends. False where
    that cannot be had."""
    return HAS_PROC and prctl(36, 1)  # PR_SET_CHILD_SUBREAPER in linux/prctl.h


def prctl(option, value):
    try:
        import ctypes

        return ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0
    except (ImportError, OSError, AttributeError) as error:
        print(
            f"processes that leave their group will not be found: {error}",
            file=sys.stderr,
            flush=True,
        )
        return False


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def clock_time(seconds):
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
