"""The local scheduler, part five: what else can be asked of it, and the program's beginning."""


def status(spool, _request):
    jobs = (Job(spool, number) for number in spool.ids())
    return {"jobs": [describe(job) for job in jobs if not job.is_over()]}


def describe(job):
    about = {"id": job.id, "name": job.spec["name"]}
    tasks = [view(job, task) for task in job.tasks if task["state"] != "ended"]
    about.update(summary(job, tasks))
    if "tasks" in job.spec:
        about["tasks"] = ranges(tasks)
    return about


def view(job, task):
    number = {"first": task["number"], "last": task["number"]}
    if not job.has_supervisor:
        return {**number, **lost(job)}
    if task["state"] == "queued":
        slots = job.spec.get("slots")
        if job.is_held:
            return {**number, "state": "held", "native": "held", "reason": "it is held until it is released"}
        if slots is None:
            return {**number, "state": "starting", "native": "starting", "host": job.spec["host"]}
        return {**number, "state": "queued", "native": "queued", "reason": f"all of its {slots} slots are taken"}
    if task["state"] == "ending" or "reason" in task:
        reason = task.get("reason", "its processes are being ended")
        return {**number, "state": "running", "native": "ending", "host": job.spec["host"], "reason": reason}
    return {**number, "state": "running", "native": "running", "host": job.spec["host"]}


def summary(job, tasks):
    if not job.has_supervisor:
        return lost(job)
    if not job.tasks:
        return {"state": "starting", "native": "starting", "host": job.spec["host"]}
    if not tasks:
        return {"state": "running", "native": "ending", "host": job.spec["host"]}
    best = min(tasks, key=lambda task: ("running", "ending", "starting", "queued", "held").index(task["native"]))
    return {key: value for key, value in best.items() if key not in ("first", "last")}


def lost(job):
    if job.is_elsewhere:
        reason = f"it was started on {job.spec['host']}; only there can be seen whether it still runs; {way_out(job)}"
        return {"state": "unknown", "native": "elsewhere", "host": job.spec["host"], "reason": reason}
    reason = "its supervisor was killed and its processes run on; cancelling the job ends them"
    return {"state": "error", "native": "abandoned", "host": job.spec["host"], "reason": reason}


def way_out(job):
    return f"if that host is gone for good, or is this one under an earlier name, delete {job.directory}"


def ranges(tasks):
    """Neighbours that differ in nothing but their number become one."""
    found = []
    for task in tasks:
        last = found[-1] if found else None
        if last and last["last"] + 1 == task["first"] and {**last, "first": 0, "last": 0} == {**task, "first": 0, "last": 0}:
            last["last"] = task["last"]
        else:
            found.append(dict(task))
    return found


def cancel(spool, request):
    elsewhere = []
    for target in request["targets"]:
        chosen = [(tasks["first"], tasks["last"]) for tasks in target["tasks"]] if "tasks" in target else None
        for job in jobs_with(spool, [target["id"]]):
            # First the file, then the signal: a supervisor that has not said yet who it is will find the file.
            if chosen is None:
                write_text(job.path("cancel"), "", 0o600)
            else:
                append_ranges(job.path("cancel-tasks"), chosen)
            if job.is_elsewhere:
                way = "" if job.has_supervisor else f"; {way_out(job)}"
                elsewhere.append(f"job {job.id} was started on {job.spec['host']} and can be cancelled only there{way}")
            elif not job.has_supervisor:
                end_strays(job, chosen)
            else:
                wake(job)
    if elsewhere:
        raise Unanswerable("; ".join(elsewhere))
    return {}


def jobs_with(spool, ids):
    known = set(spool.ids())
    jobs = (Job(spool, int(text)) for text in ids if text.isdigit() and int(text) in known)
    return [job for job in jobs if not job.is_over()]


def append_ranges(path, ranges):
    text = "".join(f"{first}-{last}\n" for first, last in ranges)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def wake(job):
    """Lets the supervisor look at its files now. SIGCHLD is what it gets all the time, and what nobody else minds."""
    if job.state and job.sees_supervisor():
        send([job.state["supervisor"]["pid"]], signal.SIGCHLD)


def hold(spool, request):
    for job in jobs_with(spool, request["ids"]):
        write_text(job.path("held"), "", 0o600)
    return {}


def release(spool, request):
    for job in jobs_with(spool, request["ids"]):
        if job.is_held:
            try:
                os.unlink(job.path("held"))
            except FileNotFoundError:
                # Somebody else has just released it.
                continue
            wake(job)
    return {}


def end_strays(job, chosen):
    lock = take_lock_soon(job.path("alive"))
    if lock is None:
        return

    def work():
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        wanted = [task for task in job.tasks if chosen is None or is_in(task["number"], chosen)]
        left = [task for task in wanted if task["state"] != "ended"]
        for task in left:
            task["reason"] = "it was cancelled after its supervisor had been killed"
        state = {"supervisor": {"pid": os.getpid(), "start": start_time(os.getpid())}, "tasks": job.tasks}
        write_json(job.path("state.json"), state)
        seen = strays(left)
        send(seen, signal.SIGTERM, signal.SIGCONT)
        deadline = time.monotonic() + TASK_GRACE
        # They are nobody's children here, so only looking tells.
        while seen:
            if time.monotonic() > deadline:
                send(seen, signal.SIGKILL)
            time.sleep(LOOK)
            seen = strays(left, seen)
        for task in left:
            task["state"] = "ended"
        write_json(job.path("state.json"), state)

    detach(job.directory, work)
    os.close(lock)


def take_lock_soon(path):
    """Those who only look let go of it at once; None when somebody keeps it, who asked for the same and is at it."""
    deadline = time.monotonic() + 1
    while True:
        try:
            return take_lock(path)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.01)


def history(spool, request):
    job = Job(spool, int(request["id"])) if request["id"].isdigit() else None
    if job is None or job.spec is None or job.spec.get("name") != request["name"] or not job.is_over():
        return {}
    return {"ended": {"id": job.id, **ending(job)}}


def ending(job):
    if not job.tasks:
        return {"reason": f"it never started: {last_error(job.directory)}"}
    if not job.has_ended:
        killed = f"its supervisor was killed ({last_error(job.directory)})"
        why = "the machine was started again while it ran" if job.place == "before" else killed
        return {"reason": f"{why}; how it ended is not known"}
    reasons = [{"first": t["number"], "last": t["number"], "reason": t["reason"]} for t in job.tasks if "reason" in t]
    if not reasons:
        return {"exitCode": max(task["exitCode"] for task in job.tasks)}
    return {"reason": "\n".join(named(job, group) for group in ranges(reasons))}


def named(job, group):
    if "tasks" not in job.spec:
        return group["reason"]
    if group["first"] == group["last"]:
        return f"task {group['first']}: {group['reason']}"
    return f"tasks {group['first']}-{group['last']}: {group['reason']}"


def explain(spool, request):
    job = Job(spool, int(request["id"])) if request["id"].isdigit() else None
    if job is None or job.spec is None:
        return {}
    if job.is_over():
        return {"reason": ending(job).get("reason")}
    groups = ranges([view(job, task) for task in job.tasks if task["state"] != "ended"])
    return {"reason": "\n".join(named(job, group) for group in groups if "reason" in group) or None}


def main():
    try:
        if sys.version_info < (3, 9):
            raise Unanswerable(f"Python 3.9 or newer is needed, and python3 is {sys.version.split()[0]}")
        request = json.loads(sys.stdin.buffer.read())
        name_itself()
        verbs = (submit, status, cancel, hold, release, explain, history)
        answer = {verb.__name__: verb for verb in verbs}[request["verb"]](Spool(request.get("spool")), request)
    except Rejected as error:
        answer = {"rejected": str(error)}
    except Unanswerable as error:
        answer = {"failed": str(error)}
    except OSError as error:
        answer = {"failed": explain_error(error)}
    print(json.dumps(answer))


main()
