"""
ipyparallel's launchers for clusters that are started in the notebook: in notebooks and in the
server, beside which hpcnb_launchers.json lies with all that differs between sessions and
schedulers. No secret is in a command, a script or a job's environment: engines read how to connect
from a record for this user alone, as the session's own do.
"""

import asyncio
import json
import os
import re
import secrets
import threading
import time

from ipyparallel.cluster.launcher import (
    BaseLauncher,
    ControllerLauncher,
    EngineLauncher,
)
from traitlets import Float, Unicode

from hpcnb_launch import files, reach, records, waiting
from hpcnb_launch.failure import HOST
from hpcnb_launchers import commands, session
from hpcnb_launchers.known import KNOWN
from hpcnb_launchers.session import QUEUE_LIMIT, Refused

# Seconds after which somebody who waits is told for what.
PATIENCE = 5.0

# Tries to reach a controller; so many in a row must fail.
TRIES_BELIEVED = 3


def configure(c):
    """What the session's profile sets in ipcluster_config.py."""
    c.Cluster.controller_launcher_class = "hpcnb_launchers.session.NodeController"
    if KNOWN["jobs"] is None:
        return
    c.Cluster.controller_launcher_class = "hpcnb_launchers.jobs.ControllerJob"
    c.Cluster.engine_launcher_class = "hpcnb_launchers.jobs.EngineJobs"
    # Engines wait for their controller themselves, and are submitted without a secret.
    c.Cluster.send_engines_connection_env = False
    c.Cluster.delay = 0.0
    c.Cluster.engine_timeout = QUEUE_LIMIT
    if KNOWN["ownEngines"] is not None:
        c.Cluster.n = KNOWN["ownEngines"]


class Submitted(BaseLauncher):
    """A job of the scheduler. `tag` names its cluster in paths and in the names of jobs."""

    job_id = Unicode().tag(to_dict=True)
    tag = Unicode().tag(to_dict=True)

    def find_args(self):
        return [f"{self.name} as a job"]

    async def submit(self, command, **words):
        """The job's id. `words` stand for the placeholders of their names."""
        argv, text = (
            [commands.fill(word, words) for word in command["argv"]],
            commands.fill(command.get("stdin", ""), words),
        )
        code, output = await commands.run(argv, text)
        if code != 0:
            raise Refused(
                f"On {HOST} no job could be submitted: {output or f'exit code {code}'}. Clusters "
                "that are started in a notebook need the scheduler's commands on the notebook's "
                "host, and permission to submit jobs from there. The engines of the session file "
                "need neither."
            )
        found = [re.match(KNOWN["jobs"]["idPattern"], line.strip()) for line in output.splitlines()]
        ids = [match.group(1) for match in found if match]
        if not ids:
            raise Refused(
                f"The scheduler was given a job on {HOST} and answered no id, but: {output}"
            )
        self.job_id = ids[-1]
        self.log.info(f"Job {self.job_id}: {self.name} of the cluster {self.cluster_id!r}")
        self.notify_start(self.job_id)

    async def stop(self):
        """Also where the end of its cluster was noticed before: a job may still be in the queue."""
        if self.state == "before":
            return
        argv = [
            commands.fill(word, {"job": self.job_id}) for word in KNOWN["jobs"]["cancel"]["argv"]
        ]
        code, output = await commands.run(argv, KNOWN["jobs"]["cancel"].get("stdin", ""))
        if code != 0:
            # It may be gone already, which every scheduler has its own words for.
            self.log.warning(
                f"Job {self.job_id} could not be cancelled: {output or f'exit code {code}'}"
            )
        self.notify_stop({"job_id": self.job_id, "exit_code": 0, "identifier": self.identifier})

    def ended(self, sentence):
        """
        Why a cluster cannot be opened from its file, which goes. With ipyparallel's own NotRunning
        the server would list a cluster without jobs until it ends itself.
        """
        self.parent.remove_cluster_file()
        return Refused(sentence)

    def signal(self, sig):
        raise Refused("Jobs get no signals from here. Client.send_signal reaches the engines.")

    def poll(self):
        return None if self.state != "after" else (self.stop_data or {}).get("exit_code", 0)


class ControllerJob(Submitted, ControllerLauncher):
    entrypoint_name = "hpcnb_launchers.jobs.ControllerJob"

    connection_info_timeout = Float(QUEUE_LIMIT, config=True)

    @classmethod
    def from_dict(cls, d, **kwargs):
        self = super().from_dict(d, **kwargs)
        record = self.read()
        if self.state != "running" or record is None or record["state"] in ("failed", "ended"):
            raise self.ended(f"The controller of job {self.job_id} has ended.")
        self.start_watching()
        return self

    async def start(self):
        session.refuse_own_cluster(self.cluster_id)
        session.refuse_too_many(self.parent.n)
        self.tag = secrets.token_hex(3)
        # A name that no host has looked up yet, so that none believes it missing.
        for file in KNOWN["jobs"]["files"]:
            path = self.fill(file["path"])
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            files.write_private(path, file["text"])
        await self.submit(KNOWN["jobs"]["controller"], cluster=self.tag)
        self.start_watching()

    def fill(self, text):
        return commands.fill(text, {"cluster": self.tag})

    def read(self):
        """What the controller says of itself; None while that cannot be read."""
        return records.read(self.fill(KNOWN["jobs"]["controllerRecord"]), KNOWN["run"])[0]

    def start_watching(self):
        # Here, on the thread to which the loop belongs.
        loop = self.loop
        threading.Thread(target=self.watch, args=(loop,), daemon=True).start()

    def watch(self, loop):
        """
        Lets `Client(profile=..., cluster_id=...)` find the controller while it is there, and
        notices its end.
        """
        pauses = waiting.growing_pauses(0.2, 3.0)
        written = False
        while self.state == "running":
            record = self.read()
            if record is not None and record["state"] in ("failed", "ended"):
                code = int(record["state"] == "failed")
                data = {"job_id": self.job_id, "exit_code": code, "identifier": self.identifier}
                loop.add_callback(self.notify_end, {**data, **only(record, "problem", "hint")})
                return
            if record is not None and record["state"] == "answering" and not written:
                written = self.show(record)
                if written:
                    pauses = waiting.growing_pauses(2.0, 5.0)
            time.sleep(next(pauses))

    def show(self, record):
        """Whether there is an address at which the controller answers here."""
        try:
            connection = reach.connection_from_here(record, "client")
        except reach.Unreached:
            # Somebody who waits for the controller is told.
            return False
        path = self.connection_files["client"]
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        files.write_private(path, json.dumps(connection))
        return True

    def notify_end(self, data):
        """
        Its engines end with it. ipyparallel in this process would otherwise believe that they run,
        and write the removed file of the cluster again, for all others.
        """
        for engines in list(getattr(self.parent, "engines", {}).values()):
            engines.notify_stop({**data, "identifier": engines.identifier})
        self.notify_stop(data)

    def notify_stop(self, data):
        path = self.connection_files["client"]
        if os.path.exists(path):
            os.unlink(path)
        return super().notify_stop(data)

    async def get_connection_info(self, timeout=None):
        limit = self.connection_info_timeout if timeout is None else timeout
        start, told, pauses = time.monotonic(), False, waiting.growing_pauses(0.05, 2.0)
        failures = 0
        while True:
            record = self.read()
            state = record["state"] if record else None
            if state == "answering":
                try:
                    client = await commands.in_thread(reach.connection_from_here, record, "client")
                    return {"client": client, "engine": record["engine"]}
                except reach.Unreached as error:
                    failures += 1
                    if failures == TRIES_BELIEVED:
                        raise Refused(
                            f"The notebook's host {HOST} {error}. {reach.HINT}"
                        ) from error
            if state in ("failed", "ended") or self.state == "after":
                raise Refused(f"The controller has ended. {self.story(record)}")
            waited = time.monotonic() - start
            if 0 <= limit < waited:
                raise TimeoutError(
                    f"After {waited:.0f} s, {self.waiting(state)} {self.story(record)}".rstrip()
                )
            if waited > PATIENCE and not told:
                told = True
                self.log.info(f"hpcnb: {self.waiting(state)}")
            await asyncio.sleep(next(pauses))

    def waiting(self, state):
        what = "has not started yet" if state == "waiting" else "does not answer yet"
        return f"the controller (job {self.job_id}) {what}."

    def story(self, record):
        """What is known of a controller that is not as it should be."""
        said, log = only(record or {}, "problem", "hint").values(), self.get_output()
        return " ".join([*said, *([f"Its log is {self.log_path}:\n{log}"] if log else [])])

    @property
    def log_path(self):
        return self.fill(KNOWN["jobs"]["controllerLog"])

    def get_output(self, remove=False):
        """The end of its log, which stays."""
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return "".join(file.readlines()[-20:])
        except FileNotFoundError:
            return ""


class EngineJobs(Submitted, EngineLauncher):
    entrypoint_name = "hpcnb_launchers.jobs.EngineJobs"

    @classmethod
    def from_dict(cls, d, **kwargs):
        self = super().from_dict(d, **kwargs)
        if self.running_controller() is None:
            raise self.ended(f"The engines of job {self.job_id} have no controller any more.")
        return self

    def running_controller(self):
        controller = getattr(self.parent, "controller", None)
        return controller if isinstance(controller, ControllerJob) and controller.running else None

    async def start(self, n):
        controller = self.running_controller()
        if controller is None:
            raise Refused(
                "These engines need a controller that `ipyparallel.Cluster` has submitted with "
                "this profile."
            )
        session.refuse_too_many(n)
        self.n, self.tag = n, controller.tag
        await self.submit(
            KNOWN["jobs"]["engines"], cluster=self.tag, set=secrets.token_hex(2), tasks=str(n)
        )


def only(record, *names):
    return {name: record[name] for name in names if name in record}
