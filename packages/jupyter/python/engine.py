"""One engine: waits for the controller, then becomes an ipyparallel engine in this same process."""

import math

# Seconds an engine waits for the controller's answer when it registers; ipyparallel's 5 are too few when hundreds begin together.
REGISTRATION_LIMIT = 60

# Milliseconds without a sign of life after which an engine believes that its controller is gone, and ends. ipyparallel's
# own choice is three minutes, for which a lost cluster would go on to cost its user.
CONTROLLER_SILENCE = 35_000


def run_engine(parameters):
    task = sys.argv[-1]
    run_job([], lambda: become_engine(parameters, task))


def become_engine(parameters, task):
    if not task.isdigit():
        raise Failure(f"The scheduler has not given this job a task number, but {task!r}.")
    path = os.path.join(parameters["records"], "controller.record")
    wait_for_record(path, parameters["run"], parameters["readiness"])
    enter(parameters["directory"])
    # Before the controller is there: it may be queued, and the import comes from shared storage.
    IPEngine = import_engine()
    say(f"engine {task} on {HOST} waits for the controller")
    connection = wait_for_controller(path, parameters)
    scratch = make_scratch_directory()
    try:
        file = os.path.join(scratch, "controller.json")
        write_private(file, json.dumps(connection))
        say(f"it connects to the controller at {connection['location']}")
        # It looks half a second less often than the controller's heart beats.
        misses = math.ceil(CONTROLLER_SILENCE / (parameters["heartbeat"] + 500))
        started_from(scratch, IPEngine).launch_instance(
            argv=[
                f"--file={file}",
                f"--profile-dir={make_scratch_profile(scratch)}",
                f"--IPEngine.id={int(task) - 1}",
                f"--IPEngine.timeout={REGISTRATION_LIMIT}",
                f"--IPEngine.max_heartbeat_misses={misses}",
            ]
        )
    except RuntimeError as error:
        # Tornado's word for a loop that was told to stop, as the engine does on SIGTERM and without a controller.
        if "Event loop stopped" not in str(error):
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def import_engine():
    try:
        from ipyparallel.engine.app import IPEngine
    except ImportError as error:
        raise cannot_import("ipyparallel", error)
    return IPEngine


def started_from(scratch, IPEngine):
    """Its helper process is a `python -m`, which would import what lies in the notebook directory: a json.py, say."""

    class Engine(IPEngine):
        def start_nanny(self, *arguments, **more):
            directory = os.getcwd()
            os.chdir(scratch)
            try:
                return super().start_nanny(*arguments, **more)
            finally:
                os.chdir(directory)

    return Engine


def wait_for_controller(path, parameters):
    """How to connect to it. The controller may be queued for hours, so only its end or the loss of its record ends this."""
    pauses = growing_pauses(0.05, 5.0)
    last_seen = time.monotonic()
    while True:
        record, reason = read_record(path, parameters["run"])
        if record is not None:
            last_seen = time.monotonic()
            if record["state"] == "answering":
                return record["engine"]
            if record["state"] in ("failed", "ended"):
                problem = record.get("problem", "it was stopped")
                raise Failure(f"There is no controller to connect to: {problem}")
        elif time.monotonic() - last_seen > max(parameters["readiness"]["seconds"], DELAY_GRACE):
            raise Failure(f"{path} can no longer be read on {HOST}: {reason}.")
        time.sleep(next(pauses))
