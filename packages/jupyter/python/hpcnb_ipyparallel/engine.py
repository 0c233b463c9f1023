"""
One task of the engine array: waits for the controller, and runs an ipyparallel engine that is
started again when it dies.
"""

import json
import math
import os
import shutil
import signal
import sys
import threading
import time

from hpcnb_ipyparallel import find_controller, presence
from hpcnb_ipyparallel.presence import (
    FORGETTING,
    FORGOTTEN,
    REPLACED,
    UNKNOWN,
    HubConnection,
    Presence,
)
from hpcnb_launch import (
    directories,
    failure,
    files,
    homes,
    job,
    log,
    signals,
    storage,
)
from hpcnb_launch.failure import HOST, Failure, Stopped
from hpcnb_launch.signals import HANGUPS, WARNINGS

# Seconds that ipyparallel's engine itself may wait for its registration: a suspended
# controller is waited for as long as that takes, and one that is gone is noticed otherwise.
REGISTRATION_PATIENCE = 1_000_000

# Milliseconds without a sign of life after which an engine looks whether its controller is gone,
# and ends then. ipyparallel's own choice is three minutes: a lost cluster would go on to
# cost its user that long.
CONTROLLER_SILENCE = 35_000

# Seconds that an engine may take to end when it is told to.
ENGINE_GRACE = 10.0

# The exit code of an engine that cannot do better when it is started again.
HOPELESS = 78


def run(parameters):
    task = sys.argv[-1]
    job.run(parameters, [], lambda: EngineTask(parameters, task).run())


class EngineTask:
    """
    One task of the array: this process starts the engine as its child, and again when that dies.
    """

    def __init__(self, parameters, task):
        if not task.isdigit():
            raise Failure(f"The scheduler has not given this job a task number, but {task!r}.")
        self.parameters = parameters
        self.number = parameters["first"] + int(task) - 1
        self.path = parameters["controllerRecord"]
        self.engines = parameters["enginesRecord"]
        self.children = []

    def run(self):
        run, readiness = self.parameters["run"], self.parameters["readiness"]
        _controller, secrets, seconds = storage.wait_for_records(
            [self.path, self.parameters["secretsRecord"]], run, readiness
        )
        log.say(f"engine {self.number} on {HOST}: the storage was ready after {seconds:.1f} s")
        files.enter(self.parameters["directory"])
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
            log.say(
                failure.problem if failure.hint is None else f"{failure.problem} {failure.hint}"
            )
            raise SystemExit(HOPELESS) from failure

    def keep_running(self):
        """
        Returns in each child, when it may be registered at the earliest (monotonic); the parent
        ends here, with the last child.
        """
        restarts, deaths, not_before = self.parameters["restarts"], 0, 0.0
        signals.tell_warnings()
        while True:
            child = os.fork()
            if child == 0:
                self.children.clear()
                signals.ignore(WARNINGS + HANGUPS)
                job.die_with_parent()
                return not_before
            self.children.append(child)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            self.children.clear()
            if code in (0, HOPELESS):
                raise SystemExit(min(code, 1))
            name = f"engine {self.number} on {HOST}"
            if code == REPLACED:
                log.say(f"{name} ends, because another process is registered under its number")
                raise SystemExit(0)
            if code == FORGOTTEN:
                log.say(
                    f"{name} was suspended or out of reach, and the controller has forgotten it. "
                    "It is started again, with an empty memory"
                )
                not_before = 0.0
                continue
            deaths += 1
            how = (
                "without having been registered" if code == UNKNOWN else failure.how_it_ended(code)
            )
            end = f"{name} has ended {how}"
            if deaths > restarts:
                log.say(
                    f"{end}, and is not started again"
                    + (f" after {restarts} times" if restarts else "")
                )
                raise SystemExit(1)
            log.say(f"{end}, and is started again ({deaths} of {restarts})")
            # Until the hub looks no longer for what died with it.
            not_before = time.monotonic() + FORGETTING

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
        # Before the controller is there: it may be queued, and the import comes from shared
        # storage.
        log.keep_log_bounded()
        IPEngine = import_engine()
        name = f"engine {self.number} on {HOST}"
        log.say(f"{name} waits for the controller")
        connection, beat = find_controller.wait_for_controller(self.path, self.parameters, name)
        if not_before:
            time.sleep(
                max(0.0, not_before + max(0.0, 5 * beat / 1000 - FORGETTING) + 1 - time.monotonic())
            )
        scratch = directories.make_scratch_directory()
        try:
            file = os.path.join(scratch, "controller.json")
            files.write_private(file, json.dumps(connection))
            log.say(f"it connects to the controller at {connection['location']}")
            # It looks half a second less often than the controller's heart beats.
            misses = math.ceil(CONTROLLER_SILENCE / (beat + 500))
            watched(IPEngine, self, beat, scratch).launch_instance(
                argv=[
                    f"--file={file}",
                    f"--profile-dir={homes.make_scratch_profile(scratch)}",
                    f"--IPEngine.id={self.number - 1}",
                    f"--IPEngine.timeout={REGISTRATION_PATIENCE}",
                    f"--IPEngine.max_heartbeat_misses={misses}",
                ]
            )
        except RuntimeError as error:
            # Tornado's word for a loop that was told to stop, as the engine does on SIGTERM and
            # without a controller.
            if "Event loop stopped" not in str(error):
                raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def import_engine():
    try:
        from ipyparallel.engine.app import IPEngine
    except ImportError as error:
        raise failure.cannot_import("ipyparallel", error) from error
    return IPEngine


def watched(IPEngine, task, beat, scratch):
    """
    ipyparallel's engine with a thread that watches whether it is registered. Its helper process is
    a `python -m`, which would import what lies in the notebook directory: a json.py, say.
    """

    class Engine(IPEngine):
        number = task.number
        presence = None
        nanny = None

        def initialize(self, argv=None):
            super().initialize(argv)
            import zmq

            # A suspended controller answers no greeting: without this, a new connection would
            # follow every 30 s.
            self.context.setsockopt(zmq.HANDSHAKE_IVL, 0)
            self.presence = Presence(self, beat)
            self.hub = HubConnection(self)
            threading.Thread(target=self.hub.watch, args=(self.presence,), daemon=True).start()

        def start_nanny(self, *arguments, **more):
            directory = os.getcwd()
            os.chdir(scratch)
            try:
                url, self.nanny = super().start_nanny(*arguments, **more)
                return url, self.nanny
            finally:
                os.chdir(directory)

        def _hb_monitor(self):
            """ipyparallel's own believes that a controller without heartbeats is gone."""
            self._hb_listener.flush()
            is_silent = self._hb_last_monitored > self._hb_last_pinged
            if (
                not is_silent
                or self._hb_missed_beats + 1 < self.max_heartbeat_misses
                or not self.presence.is_there()
            ):
                super()._hb_monitor()

        def ask(self):
            self.hub.ask()

        def was_accepted(self):
            return self.kernel is not None

        def letter(self):
            return presence.published_letter(task.engines, task.parameters["run"], task.number)

        def leave(self, code):
            # It would tell the hub, at any time later, that the engine with this number is gone.
            if self.nanny:
                self.nanny.kill()
            shutil.rmtree(scratch, ignore_errors=True)
            os._exit(code)

    return Engine
