"""The local scheduler, part three: one request from standard input, one answer to standard output, both JSON.

The spool has a directory for each job, `jobs/<id>`, with these files:

    job.json    what was submitted; never changes
    script      the job's program
    alive       locked exclusively by the job's supervisor for as long as it lives
    state.json  the supervisor's word on each task
    cancel      there once somebody asked to end the job
    cancel-tasks  a line for each request to end some of its tasks, such as 2-3
    held        there while tasks that wait are not to start
    errors      what went wrong inside the supervisor itself

A job's directory appears by a rename, complete and with the lock held, so there is never half a job.
"""

import fcntl

# Seconds that an ended job can still be asked about.
KEEP = 7 * 24 * 3600

HOST = os.uname().nodename

# Where a job is started, by more than a name, which a laptop may get from each network and a container with each start.
PLACE = {
    "host": HOST,
    # One for each start of the kernel: proc_sys_kernel(5).
    "boot": first_line("/proc/sys/kernel/random/boot_id"),
    # One for each installed system: machine-id(5).
    "machine": first_line("/etc/machine-id"),
}


class Rejected(Exception):
    pass


class Unanswerable(Exception):
    pass


class Spool:
    def __init__(self, path):
        if path is None:
            state_home = os.environ.get("XDG_STATE_HOME", "")
            state_home = state_home if os.path.isabs(state_home) else "~/.local/state"
            path = os.path.join(state_home, "hpcnb", "local-jobs")
        self.jobs = os.path.join(os.path.expanduser(path), "jobs")

    def make(self):
        parts = []
        path = self.jobs
        while not os.path.isdir(path) and path != os.path.dirname(path):
            parts.append(path)
            path = os.path.dirname(path)
        for path in reversed(parts):
            try:
                os.mkdir(path, 0o700)
            except FileExistsError:
                # Another submission was faster; if it is no directory, the next step says so.
                continue
        if os.stat(self.jobs).st_uid != os.getuid():
            raise Rejected(f"the spool directory {self.jobs} belongs to another user")

    def ids(self):
        try:
            return sorted(int(name) for name in os.listdir(self.jobs) if name.isdigit())
        except FileNotFoundError:
            return []

    def directory(self, number):
        return os.path.join(self.jobs, str(number))

    def prune(self):
        """The newest stays, so that no id is ever given twice."""
        for number in self.ids()[:-1]:
            job = Job(self, number)
            # The directory changes with each state that is written, for the last time with the end.
            if time.time() - os.stat(job.directory).st_mtime > KEEP and job.is_over():
                remove(job.directory)
        for name in os.listdir(self.jobs):
            path = os.path.join(self.jobs, name)
            if name.startswith(".new") and time.time() - os.stat(path).st_mtime > KEEP:
                remove(path)


def remove(directory):
    for name in os.listdir(directory):
        os.unlink(os.path.join(directory, name))
    os.rmdir(directory)


class Job:
    """What the spool knows of a job at one moment."""

    def __init__(self, spool, number):
        self.id, self.directory = str(number), spool.directory(number)
        self.spec = read_json(self.path("job.json"))
        self.place = self.spec and place_of(self.spec)
        # Before the state is read: a supervisor that is gone by now has said its last word.
        self.has_supervisor = is_locked(self.path("alive"))
        self.state = read_json(self.path("state.json"))
        # One that lives and cannot be seen is in another container, whatever else it has in common with this one.
        is_hidden = self.has_supervisor and self.state is not None and not self.sees_supervisor()
        self.is_elsewhere = self.place == "elsewhere" or (is_hidden and self.spec["host"] != HOST)
        self.tasks = self.state["tasks"] if self.state else []
        self.is_held = os.path.exists(self.path("held"))
        self.has_ended = bool(self.tasks) and all(task["state"] == "ended" for task in self.tasks)

    def path(self, name):
        return os.path.join(self.directory, name)

    def sees_supervisor(self):
        return start_time(self.state["supervisor"]["pid"]) == self.state["supervisor"]["start"]

    def is_over(self):
        if self.spec is None:
            return True
        if self.has_supervisor:
            return False
        if self.has_ended or self.place == "before":
            return True
        return not (self.is_elsewhere or strays(self.tasks))


def place_of(spec):
    """Where a job was started: "here", here "before" the machine's last start, or "elsewhere"."""
    boot, machine = spec.get("boot"), spec.get("machine")
    if boot is not None and boot == PLACE["boot"]:
        return "here"
    if boot is not None and PLACE["boot"] is not None and machine is not None and machine == PLACE["machine"]:
        return "before"
    return "here" if spec["host"] == HOST else "elsewhere"


def is_locked(path):
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that those who ask do not take each other for the supervisor.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def strays(tasks, seen=None):
    """What still runs of tasks without a supervisor: all below their main processes or below what was `seen` in an
    earlier look, and all in their sessions. Process ids with start times, or negative group ids without /proc."""
    roots = {task["pid"]: task["start"] for task in tasks if "start" in task and task["state"] != "ended"}
    if not HAS_PROC:
        return {-pid: start for pid, start in roots.items() if start_time(pid) == start}
    table = all_processes()
    roots.update(seen or {})
    roots = {pid for pid, start in roots.items() if pid not in table or table[pid].start == start}
    found = trees(table, [pid for pid, process in table.items() if pid in roots or process.session in roots])
    return {pid: table[pid].start for pid in found}


def detach(directory, work):
    """Runs `work` in a process that the caller and its terminal have no hold on."""
    errors = os.open(os.path.join(directory, "errors"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    middle = os.fork()
    if middle:
        os.waitpid(middle, 0)
        os.close(errors)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            os.dup2(errors, 2)
            os.chdir("/")
            work()
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)
