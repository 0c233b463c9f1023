"""What still runs of a job."""

from hpcnb_local.marks import MARK_VARIABLE, NAME_VARIABLE, TASK_VARIABLE, mark_of
from hpcnb_local.processes import HAS_PROC, all_processes, environment_of, start_time, trees


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
    roots = {
        task["pid"]: task.get("start")
        for task in tasks
        if "pid" in task and task["state"] != "ended"
    }
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
    found = trees(
        table, [pid for pid, process in table.items() if pid in roots or process.session in roots]
    )
    return {pid: table[pid].start for pid in found}
