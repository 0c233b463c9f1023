"""What can be asked of jobs."""

import time

from hpcnb_local.job import job_with, jobs_of, last_error, wake, way_out
from hpcnb_local.marks import WALLTIME


def status(spool, _request):
    return {"jobs": [describe(job) for job in jobs_of(spool, spool.ids())]}


def describe(job):
    if job.problem:
        return damaged(job)
    about = {"id": job.id, "name": job.spec["name"]}
    tasks = [view(job, task) for task in job.tasks if task["state"] != "ended"]
    about.update(summary(job, tasks))
    if "tasks" in job.spec:
        about["tasks"] = tasks
    return about


def damaged(job):
    """
    Its supervisor rewrites its state at its next look. Everything else that is lost stays lost.
    """
    if job.has_supervisor:
        wake(job)
    delete = f"if nothing of it runs any more, delete {job.directory}"
    end = delete if job.is_out_of_reach else "cancelling the job ends it"
    return {
        "id": job.id,
        "name": job.name(),
        "state": "unknown",
        "native": "damaged",
        "reason": f"{job.problem}; {end}",
    }


def view(job, task):
    number = number_of(task)
    if not job.has_supervisor:
        return {**number, **lost(job)}
    if task["state"] == "queued":
        slots = job.spec.get("slots")
        if slots is None:
            return {**number, "state": "starting", "native": "starting", "host": job.spec["host"]}
        return {
            **number,
            "state": "queued",
            "native": "queued",
            "reason": f"all of its {slots} slots are taken",
        }
    there = {"state": "running", "host": job.spec["host"], **since(task)}
    if task["state"] == "ending" or "reason" in task:
        reason = task.get("reason", "its processes are being ended")
        return {**number, **there, "native": "ending", "reason": reason}
    return {**number, **there, "native": "running"}


def number_of(task):
    return {"first": task["number"], "last": task["number"]}


def since(task):
    if "began" not in task:
        return {}
    return {"startedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(task["began"]))}


def summary(job, tasks):
    """For an array with tasks this is one of them; whoever asks finds the liveliest."""
    if not job.has_supervisor:
        return lost(job)
    if not job.tasks:
        return {"state": "starting", "native": "starting", "host": job.spec["host"]}
    if not tasks:
        return {"state": "running", "native": "ending", "host": job.spec["host"]}
    return {key: value for key, value in tasks[0].items() if key not in ("first", "last")}


def lost(job):
    if job.is_elsewhere:
        reason = (
            f"it was started on {job.spec['host']}; only there can be seen whether it still runs; "
            f"{way_out(job)}"
        )
        return {
            "state": "unknown",
            "native": "elsewhere",
            "host": job.spec["host"],
            "reason": reason,
        }
    reason = "its supervisor was killed and its processes run on; cancelling the job ends them"
    return {"state": "error", "native": "abandoned", "host": job.spec["host"], "reason": reason}


def history(spool, request):
    job = job_with(spool, request["id"])
    # The name of a job whose job.json is damaged is not known, and its number was given to no
    # other.
    if job is None or (job.spec and job.spec["name"] != request["name"]) or not job.is_over():
        return {}
    return {"ended": ending(job)}


def ending(job):
    if job.problem:
        return {"reason": f"it has ended, and how is not known: {job.problem}"}
    if not job.tasks:
        return {"reason": f"it never started: {last_error(job.directory)}"}
    if not job.has_ended:
        killed = f"its supervisor was killed ({last_error(job.directory)})"
        why = "the machine was started again while it ran" if job.origin == "before" else killed
        return {"reason": f"{why}; how it ended is not known"}
    ended = [{**task, **number_of(task)} for task in job.tasks if "reason" in task]
    if not ended:
        return {"exitCode": max(task["exitCode"] for task in job.tasks)}
    overran = any(task["reason"].startswith(WALLTIME) for task in ended)
    return {**reasons(job, ended), **({"walltimeReached": True} if overran else {})}


def reasons(job, tasks):
    """The reason of a job, or those of an array's tasks."""
    known = [task for task in tasks if "reason" in task]
    if "tasks" not in job.spec:
        return {"reason": known[0]["reason"]} if known else {}
    return {"tasks": [{key: task[key] for key in ("first", "last", "reason")} for task in known]}


def explain(spool, request):
    job = job_with(spool, request["id"])
    if job is None:
        return {}
    if job.is_over():
        end = ending(job)
        return {key: end[key] for key in ("reason", "tasks") if key in end}
    if job.problem:
        return {"reason": damaged(job)["reason"]}
    views = [view(job, task) for task in job.tasks if task["state"] != "ended"]
    return reasons(job, views)
