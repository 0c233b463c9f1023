"""The controller job: runs ipyparallel's controller as a child, and says which engines it knows."""

import math
import subprocess

# Seconds that a controller may take until it has written its connection files; Python itself may come from slow storage.
CONTROLLER_LIMIT = 120.0

# Milliseconds without a sign of life after which an engine counts as lost: ipyparallel's own 10 heartbeats of 3 s.
ENGINE_SILENCE = 30_000

# Seconds that it may take to end when it is told to.
CONTROLLER_GRACE = 5.0


def run_controller(parameters):
    own, engines = (
        Report(os.path.join(parameters["records"], f"{name}.record"), parameters["run"])
        for name in ("controller", "engines")
    )
    run_job([own, engines], lambda: ControllerJob(parameters, own, engines).run())


class ControllerJob:
    def __init__(self, parameters, report, engines):
        self.parameters = parameters
        self.report = report
        self.engines = engines

    def run(self):
        _own, seconds = wait_for_record(self.report.path, self.parameters["run"], self.parameters["readiness"])
        self.report.publish("started", host=HOST, storage_seconds=seconds)
        scratch = make_scratch_directory()
        child = None
        try:
            profile = make_scratch_profile(scratch)
            child = start_controller(profile, scratch, self.parameters)
            # Whatever this process waits for then, it learns of the child's end at once.
            signal.signal(signal.SIGCHLD, lambda _signal, _frame: fail_if_ended(child))
            fail_if_ended(child)
            # The child's start takes longer than this import.
            Client = import_client()
            client, engine = read_connections(profile)
            self.report.publish("answering", host=HOST, client=client, engine=engine)
            path = os.path.join(profile, "security", "ipcontroller-client.json")
            with Client(path, timeout=60) as known:
                self.watch(known)
        finally:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if child:
                end(child)
            shutil.rmtree(scratch, ignore_errors=True)

    def watch(self, client):
        """Publishes the registered engines whenever they change, until this process is interrupted."""
        published, pauses = None, None
        while True:
            tasks = [engine_id + 1 for engine_id in client.ids]
            if tasks != published:
                self.engines.publish("answering", registered=ranges(tasks), count=len(tasks))
                published, pauses = tasks, growing_pauses(0.1, 1.0)
            time.sleep(next(pauses))


def import_client():
    try:
        from ipyparallel import Client
    except ImportError as error:
        raise cannot_import("ipyparallel", error)
    return Client


def start_controller(profile, directory, parameters):
    # Asked by its own name, another host finds the way that the site has for it.
    ip, location = ("127.0.0.1", "127.0.0.1") if parameters["oneHost"] else ("*", HOST)
    period = parameters["heartbeat"]
    command = [
        sys.executable,
        "-m",
        "ipyparallel.controller",
        f"--profile-dir={profile}",
        f"--IPController.ip={ip}",
        f"--IPController.location={location}",
        # Within one host nobody can listen in, and unencrypted arrays travel five times as fast; signed they are anyway.
        f"--IPController.enable_curve={not parameters['oneHost'] and has_encryption()}",
        f"--HeartMonitor.period={period}",
        f"--HeartMonitor.max_heartmonitor_misses={math.ceil(ENGINE_SILENCE / period)}",
    ]
    # Not the notebook directory, from which Python would import whatever lies there.
    return subprocess.Popen(command, cwd=directory, preexec_fn=become_group)


def has_encryption():
    """A release of ipyparallel that knows no CurveZMQ says so in its log and signs its messages as ever."""
    try:
        import zmq

        return bool(zmq.has("curve"))
    except ImportError:
        return False


def become_group():
    """
    The controller has children of its own, which can be ended together as a group. Linux: a controller whose job was
    killed would go on unseen, see prctl(2): 1 is PR_SET_PDEATHSIG.
    """
    os.setpgid(0, 0)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def read_connections(profile):
    """What clients and engines need for connecting, once the controller has written both completely."""
    paths = [os.path.join(profile, "security", f"ipcontroller-{kind}.json") for kind in ("client", "engine")]
    deadline = time.monotonic() + CONTROLLER_LIMIT
    while time.monotonic() < deadline:
        connections = [read_json(path) for path in paths]
        if all(connections):
            return connections
        time.sleep(0.05)
    raise Failure(f"The ipyparallel controller on {HOST} was not ready after {CONTROLLER_LIMIT:.0f} s.")


def read_json(path):
    """None while it is not there or not complete."""
    try:
        with open(path, encoding="ascii") as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return None


def fail_if_ended(child):
    code = child.poll()
    if code is not None:
        how = f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
        raise Failure(f"The ipyparallel controller on {HOST} has ended {how}.")


def end(child):
    child.terminate()
    try:
        child.wait(CONTROLLER_GRACE)
    except subprocess.TimeoutExpired:
        say("the controller does not end, so it is killed")
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        # As it should be: nothing is left of the group.
        pass
    child.wait()


def ranges(numbers):
    """[1, 2, 3, 7] as "1-3,7", cut at a whole range where a record has no more room."""
    words, start = [], None
    for number, following in zip(numbers, [*numbers[1:], None]):
        start = number if start is None else start
        if following != number + 1:
            words.append(str(number) if start == number else f"{start}-{number}")
            start = None
    text = ",".join(words)
    room = JSON_ROOM - 200
    return text if len(text) <= room else text[: text.rindex(",", 0, room)]
