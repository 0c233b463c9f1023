"""One task of the engine array: waits for the controller, and runs an ipyparallel engine that is started again when it dies."""

import math

# Seconds an engine waits for the controller's answer when it registers; ipyparallel's 5 are too few when hundreds begin together.
REGISTRATION_LIMIT = 60

# Milliseconds without a sign of life after which an engine believes that its controller is gone, and ends. ipyparallel's
# own choice is three minutes, for which a lost cluster would go on to cost its user.
CONTROLLER_SILENCE = 35_000


# Seconds after an engine's death before it is registered again under its number. For that long, or five of its heartbeats,
# ipyparallel's hub keeps looking for tasks that died with the engine, and would take those of the new one for them.
FORGETTING = 10.0

# Seconds from the controller's start to its answer, or to its word why there is none: its own limit, and time for what that
# does not count, the import of ipyparallel from slow storage and a record that is seen late.
ANSWER_LIMIT = CONTROLLER_LIMIT + 180.0

# Seconds that an engine may take to end when it is told to.
ENGINE_GRACE = 10.0

# The exit code of an engine that cannot do better when it is started again.
HOPELESS = 78


def run_engine(parameters):
    task = sys.argv[-1]
    run_job([], lambda: EngineTask(parameters, task).run())


class EngineTask:
    """One task of the array: this process starts the engine as its child, and again when that dies."""

    def __init__(self, parameters, task):
        if not task.isdigit():
            raise Failure(f"The scheduler has not given this job a task number, but {task!r}.")
        self.parameters = parameters
        self.number = parameters["first"] + int(task) - 1
        self.path = os.path.join(parameters["records"], "controller.record")
        self.children = []

    def run(self):
        run, readiness = self.parameters["run"], self.parameters["readiness"]
        _controller, secrets, seconds = wait_for_records([self.path, self.parameters["secrets"]], run, readiness)
        say(f"engine {self.number} on {HOST}: the storage was ready after {seconds:.1f} s")
        enter(self.parameters["directory"])
        os.environ.update(secrets.get("variables", {}))
        os.environ.update(HPCNB_ENGINE=str(self.number), HPCNB_GROUP=self.parameters["group"])
        try:
            not_before = self.keep_running()
        except Stopped:
            self.end_child()
            raise
        try:
            self.become_engine(not_before)
        except Failure as failure:
            say(failure.problem if failure.hint is None else f"{failure.problem} {failure.hint}")
            raise SystemExit(HOPELESS)

    def keep_running(self):
        """Returns in each child, when it may be registered at the earliest (monotonic); the parent ends here, with the last child."""
        restarts, not_before = self.parameters["restarts"], 0.0
        for attempt in range(restarts + 1):
            child = os.fork()
            if child == 0:
                self.children.clear()
                die_with_parent()
                return not_before
            self.children.append(child)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            self.children.clear()
            if code in (0, HOPELESS):
                raise SystemExit(min(code, 1))
            end = f"engine {self.number} on {HOST} has ended {how_it_ended(code)}"
            if attempt < restarts:
                say(f"{end}, and is started again ({attempt + 1} of {restarts})")
            else:
                say(f"{end}, and is not started again" + (f" after {restarts} times" if restarts else ""))
            not_before = time.monotonic() + FORGETTING
        raise SystemExit(1)

    def end_child(self):
        for child in self.children:
            deadline = time.monotonic() + ENGINE_GRACE
            try:
                os.kill(child, signal.SIGTERM)
                while os.waitpid(child, os.WNOHANG)[0] == 0:
                    if time.monotonic() > deadline:
                        os.kill(child, signal.SIGKILL)
                    time.sleep(0.02)
            except (ProcessLookupError, ChildProcessError):
                # It ended just before.
                pass

    def become_engine(self, not_before):
        # Before the controller is there: it may be queued, and the import comes from shared storage.
        IPEngine = import_engine()
        say(f"engine {self.number} on {HOST} waits for the controller")
        connection, beat = wait_for_controller(self.path, self.parameters)
        if not_before:
            time.sleep(max(0.0, not_before + max(0.0, 5 * beat / 1000 - FORGETTING) + 1 - time.monotonic()))
        scratch = make_scratch_directory()
        try:
            file = os.path.join(scratch, "controller.json")
            write_private(file, json.dumps(connection))
            say(f"it connects to the controller at {connection['location']}")
            # It looks half a second less often than the controller's heart beats.
            misses = math.ceil(CONTROLLER_SILENCE / (beat + 500))
            started_from(scratch, IPEngine).launch_instance(
                argv=[
                    f"--file={file}",
                    f"--profile-dir={make_scratch_profile(scratch)}",
                    f"--IPEngine.id={self.number - 1}",
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
    """
    How to connect to it, and the milliseconds of its heartbeat. The controller may be queued for hours, so only its end,
    the loss of its record, or a start without an answer ends this: who is killed says nothing.
    """
    pauses = growing_pauses(0.05, 5.0)
    last_seen, started = time.monotonic(), None
    while True:
        record, reason = read_record(path, parameters["run"])
        if record is not None:
            last_seen = time.monotonic()
            if record["state"] == "answering":
                return record["engine"], record["heartbeat"]
            if record["state"] in ("failed", "ended"):
                problem = record.get("problem", "it was stopped")
                raise Failure(f"There is no controller to connect to: {problem}")
            if record["state"] == "started":
                started = last_seen if started is None else started
                if last_seen - started > ANSWER_LIMIT:
                    raise Failure(
                        f"The controller has started on {record['host']}, and {ANSWER_LIMIT:.0f} s later it does not answer.",
                        "It was probably killed, for its memory or with its host: `hpcnb up` starts another one.",
                    )
        elif time.monotonic() - last_seen > max(parameters["readiness"]["seconds"], DELAY_GRACE):
            raise Failure(f"{path} can no longer be read on {HOST}: {reason}.")
        time.sleep(next(pauses))
