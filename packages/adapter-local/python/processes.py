"""The local scheduler, part one: what it needs to know of processes.

The five parts are sent to `python3` in their order, as one text, so they share their names and import nothing but
the standard library. Linux first; without /proc, process groups have to do.
"""

import json
import os
import signal
import sys
import time

# What a supervisor calls itself, so that another job's supervisor, below which it may have been started, lets it live.
NAME = b"hpcnb-local-job"
HAS_PROC = os.path.exists("/proc/self/stat")


class Process:
    def __init__(self, stat):
        head, _, tail = stat.rpartition(b")")
        fields = tail.split()
        self.name = head.partition(b"(")[2]
        # Numbers 3, 4, 6 and 22 of the fields in proc_pid_stat(5).
        self.is_dead = fields[0] in (b"Z", b"X")
        self.parent, self.session, self.start = int(fields[1]), int(fields[3]), int(fields[19])


def find_process(pid):
    """None when there is none, or when it is over and only waits for its parent to notice."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            process = Process(file.read())
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if process.is_dead else process


def all_processes():
    """By id; none where there is no /proc."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()] if HAS_PROC else []
    return {pid: process for pid in pids for process in [find_process(pid)] if process}


def trees(table, roots):
    """The ids of these processes and of all below them, but not of other jobs, which have a life of their own."""
    children = {}
    for pid, process in table.items():
        children.setdefault(process.parent, []).append(pid)
    found, todo = [], list(roots)
    while todo:
        pid = todo.pop()
        if pid in table and table[pid].name != NAME:
            found.append(pid)
            todo += children.get(pid, ())
    return found


def start_time(pid):
    """Tells a process from a later one with the same id; None when there is none."""
    if HAS_PROC:
        process = find_process(pid)
        return process and process.start
    import subprocess

    found = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    return found.stdout.decode().strip() or None


def environment_of(pid):
    """The words of the environment that the process was started with; none when it is over or not to be read."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []


def group_exists(group):
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def send(targets, *signals):
    """A negative target is a process group, as in kill(2)."""
    for target in targets:
        for number in signals:
            try:
                os.kill(target, number)
            except (ProcessLookupError, PermissionError):
                # Over, or a set-uid program, or on macOS a group of zombies: nothing that can be ended from here.
                break


def name_itself():
    if HAS_PROC:
        with open("/proc/self/comm", "wb") as file:
            file.write(NAME)


def adopt_orphans():
    """From now on processes below this one become its children when their parent ends. False where that cannot be had."""
    if not HAS_PROC:
        return False
    try:
        import ctypes
    except ImportError as error:
        print(f"processes that leave their group will not be found: {error}", file=sys.stderr, flush=True)
        return False
    pr_set_child_subreaper = 36  # linux/prctl.h
    return ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0) == 0


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def clock_time(seconds):
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"


def explain_error(error):
    return f"{error.strerror}: {error.filename}" if error.filename is not None else str(error)


def first_line(path):
    """None when there is none."""
    try:
        with open(path, encoding="ascii") as file:
            return file.readline().strip() or None
    except (OSError, ValueError):
        return None


def read_json(path):
    """None when it is not there, or was cut short by a crash of the machine."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return None


def read_ranges(path):
    """Pairs of first and last, from lines such as 2-3; none when there is no such file."""
    try:
        with open(path, encoding="utf-8") as file:
            # A last line without its end is still being written.
            lines = file.read().split("\n")[:-1]
    except FileNotFoundError:
        return []
    return [tuple(int(number) for number in line.split("-")) for line in lines]


def is_in(number, ranges):
    return any(first <= number <= last for first, last in ranges)


def write_json(path, value):
    write_text(path + ".new", json.dumps(value), 0o600)
    os.rename(path + ".new", path)


def write_text(path, text, mode):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(descriptor, "w", encoding="utf-8", newline="") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
