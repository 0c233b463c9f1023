"""The local scheduler, part seven: what the spool knows of a job, which may be less than it should."""

SPEC = {
    "id": is_line,
    "name": is_line,
    "workingDirectory": is_text,
    "output": is_text,
    "host": is_line,
    "boot?": is_line_or_null,
    "machine?": is_line_or_null,
    "tasks?": is_count,
    "slots?": is_count,
    "walltime?": is_seconds,
}


def is_task_state(value):
    """queued, running, ending or ended"""
    return value in ("queued", "running", "ending", "ended")


STATE = {
    "supervisor": {"pid": is_count, "start": is_start},
    "tasks": [
        {
            "number": is_count,
            "state": is_task_state,
            "pid?": is_process_id,
            "start?": is_start,
            "began?": is_moment,
            "exitCode?": is_exit_code,
            "reason?": is_text,
        }
    ],
}


class Job:
    """At one moment. Damage is this job's problem alone: `problem` says what of it could not be read."""

    def __init__(self, spool, number):
        self.spool, self.id, self.directory = spool, str(number), spool.directory(number)
        self.problem = None
        # Whatever could not even be looked at may still run.
        self.is_out_of_reach = False
        self.spec = self.ask(lambda: read_json(self.path("job.json"), SPEC))
        if self.spec is None and self.problem is None and os.path.lexists(self.directory):
            self.problem = f"{self.path('job.json')} is missing"
        self.place = self.spec and place_of(self.spec)
        # Before the state is read: a supervisor that is gone by now has said its last word.
        self.has_supervisor = bool(self.ask(lambda: is_locked(self.path("alive"))))
        self.state = self.ask(self.read_state)
        self.tasks = self.state["tasks"] if self.state else []
        self.has_ended = bool(self.tasks) and all(task["state"] == "ended" for task in self.tasks)
        if self.state and not self.has_ended and self.place == "here":
            # The lock may have been lost with its file.
            self.has_supervisor = self.has_supervisor or self.sees_supervisor()
        # One that lives and cannot be seen is in another container, whatever else it has in common
        # with this one.
        is_hidden = self.has_supervisor and self.state is not None and not self.sees_supervisor()
        self.is_elsewhere = self.place == "elsewhere" or bool(is_hidden and self.spec and self.spec["host"] != HOST)
        self.is_held = os.path.lexists(self.path("held"))

    def path(self, name):
        return os.path.join(self.directory, name)

    def ask(self, question):
        try:
            return question()
        except Damaged as error:
            self.problem = self.problem or str(error)
        except OSError as error:
            self.is_out_of_reach = True
            self.problem = self.problem or f"{self.directory} cannot be read ({explain_error(error)})"
        return None

    def read_state(self):
        state = read_json(self.path("state.json"), STATE)
        numbers = [task["number"] for task in state["tasks"]] if state else []
        if sorted(set(numbers)) != numbers or (self.spec and numbers and numbers[-1] > self.spec.get("tasks", 1)):
            raise Damaged(f"{self.path('state.json')}: its tasks are not those of the job")
        ended = [task for task in state["tasks"] if task["state"] == "ended"] if state else []
        if not all(task.keys() & {"exitCode", "reason"} for task in ended):
            raise Damaged(f"{self.path('state.json')}: a task has ended, and nothing says how")
        return state

    def sees_supervisor(self):
        return start_time(self.state["supervisor"]["pid"]) == self.state["supervisor"]["start"]

    def is_over(self):
        if self.has_supervisor:
            return False
        if self.has_ended or self.place == "before":
            return True
        if self.spec is None and self.problem is None:
            # Its directory is gone.
            return True
        return not (self.is_elsewhere or self.is_out_of_reach or self.strays())

    def sight(self):
        """The processes as they were when the program first looked."""
        if self.spool.seen is None:
            self.spool.seen = Sight()
        return self.spool.seen

    def strays(self):
        """What still runs of it without a supervisor."""
        return strays(self, self.tasks, None, self.sight())

    def name(self):
        """Its processes know it, when its own file does not."""
        name = self.spec["name"] if self.spec else self.sight().names.get(mark_of(self.directory))
        return name if name and is_line(name) else "a job whose name is not known"


def place_of(spec):
    """Where a job was started: "here", here "before" the machine's last start, or "elsewhere"."""
    boot, machine = spec.get("boot"), spec.get("machine")
    if boot is not None and boot == PLACE["boot"]:
        return "here"
    if boot is not None and PLACE["boot"] is not None and machine is not None and machine == PLACE["machine"]:
        return "before"
    return "here" if spec["host"] == HOST else "elsewhere"


class Sight:
    """All processes at one moment, and the job and task that each of them claims to belong to."""

    def __init__(self):
        self.table = all_processes()
        self.sessions = {process.session for process in self.table.values()}
        self.marked, self.names = {}, {}
        for pid in self.table:
            words = dict(word.partition(b"=")[::2] for word in environment_of(pid))
            mark = words.get(MARK_VARIABLE.encode())
            if mark:
                self.marked.setdefault(mark, {})[pid] = words.get(TASK_VARIABLE.encode(), b"1")
                self.names[mark] = words.get(NAME_VARIABLE.encode(), b"").decode(errors="replace")


def strays(job, tasks, seen, sight):
    """What still runs of these tasks without a supervisor: all below their main processes or below
    what was `seen` in an earlier look, all in their sessions, and all that say that they are of it.
    Process ids with start times, or negative group ids without /proc."""
    roots = {task["pid"]: task.get("start") for task in tasks if "pid" in task and task["state"] != "ended"}
    if not HAS_PROC:
        return {-pid: start for pid, start in roots.items() if start_time(pid) == start}
    table = sight.table
    roots.update(seen or {})
    roots = {pid for pid, start in roots.items() if pid not in table or table[pid].start == start}
    marked = sight.marked.get(mark_of(job.directory), {})
    numbers = {str(task["number"]).encode() for task in tasks}
    roots |= {pid for pid, number in marked.items() if number in numbers or not tasks}
    if not any(pid in table or pid in sight.sessions for pid in roots):
        return {}
    found = trees(table, [pid for pid, process in table.items() if pid in roots or process.session in roots])
    return {pid: table[pid].start for pid in found}
