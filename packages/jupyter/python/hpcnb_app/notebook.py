"""
The notebook job: the server is started in this process, so that its token is in no list of
arguments.
"""

import gc
import importlib
import os
import shutil
import signal
import threading
import time

from hpcnb_app import applications, save_script, time_notice
from hpcnb_app.relay import Relay
from hpcnb_app.renew import TokenFollower
from hpcnb_launch import directories, files, homes, log, signals, storage
from hpcnb_launch.failure import HOST, Failure, Stopped
from hpcnb_launch.job import BEGAN_AT
from hpcnb_launch.signals import HANGUPS, WARNINGS


def heed_warnings():
    """
    Kernels and terminals ignore warnings as this process does, until their users' code handles
    them. Hang-ups have their usual meaning in the sessions of their own that these have.
    """
    signals.tell_warnings_beside()
    for number in HANGUPS:
        signal.signal(number, lambda _signal, _frame: None)


def notice_end():
    """
    A list that gets an element when the job is told to end: Jupyter's own handler of that only
    stops the server.
    """
    told, stop_server = [], signal.getsignal(signal.SIGTERM)

    def on_end(number, frame):
        told.append(number)
        stop_server(number, frame)

    signal.signal(signal.SIGTERM, on_end)
    return told


class NotebookJob:
    """
    `companion` is what goes on beside the server, for clusters: its `offer` and `follow` are
    called.
    """

    def __init__(self, parameters, report, companion):
        self.parameters = parameters
        self.report = report
        self.companion = companion
        self.storage_seconds = 0.0
        # On a local disk, for this user alone; it goes with the job.
        self.directory = None
        # The server's socket; None when it listens on a port.
        self.socket = None
        self.relay = None
        self.notes = []
        self.facts = {}
        self.telling = threading.Lock()

    def run(self):
        heed_warnings()
        log.keep_log_bounded()
        secrets, keys = self.wait_for_storage()
        if self.parameters["relay"]:
            self.relay = Relay(keys, self.parameters["relay"], self.tell)
            self.start_thread(self.relay.run)
        os.environ.update(secrets.get("variables", {}))
        files.enter(self.parameters["directory"])
        security = self.prepare_homes()
        self.companion.offer(security)
        application = applications.find_application(self.parameters["app"])
        try:
            kernels_have_sockets, reason = self.make_directory()
            settings = {
                **application.settings(self.parameters["directory"], secrets),
                **self.choose_endpoint(application, reason),
                **self.choose_database(),
            }
            server = self.make_server(application, settings)
            if self.relay:
                self.relay.lead_to(self.endpoint(server))
            # Jupyter prints what it knows of itself on one of them, and its kernels would end of
            # it.
            signals.ignore(WARNINGS)
            was_told = notice_end()
            if kernels_have_sockets:
                applications.prefer_sockets(server)
            if self.parameters["saveScript"]:
                save_script.keep_scripts(server.contents_manager)
            self.start_thread(self.announce, server, application.title)
            renewal = TokenFollower(
                self.parameters, server, secrets["token"], lambda count: self.tell(renewals=count)
            )
            self.start_thread(renewal.run)
            self.companion.follow(security, self.tell)
            server.start()
            # Python's own end would look for garbage among all that a server has made: a second
            # and more, in which nothing else happens.
            gc.freeze()
            if was_told:
                raise Stopped(0)
        finally:
            if self.directory:
                shutil.rmtree(self.directory, ignore_errors=True)

    def make_server(self, application, settings):
        """
        With a way to tell a person at its page when the job's time will be up. Notebook 6 has none.
        """
        walltime = self.parameters["walltime"]
        if walltime is None or self.directory is None or application.names["prefix"] != "ServerApp":
            return application.initialize(settings)
        with time_notice.notice_found(self.directory):
            server = application.initialize(settings)
        time_notice.tell_time_left(server, walltime)
        return server

    def prepare_homes(self):
        """Returns where clients look for connection files."""
        overlay = self.parameters["ipython"]
        for note in homes.provide_home(os.path.join(os.path.dirname(overlay), "jupyter")):
            self.take_note(note)
        return homes.make_ipython_overlay(overlay, self.parameters["profile"], self.take_note)

    def wait_for_storage(self):
        run, readiness = self.parameters["run"], self.parameters["readiness"]
        paths = [self.report.path, self.parameters["secretsRecord"], self.parameters["keysRecord"]]
        own, secrets, keys, self.storage_seconds = storage.wait_for_records(paths, run, readiness)
        self.report.expect_first_start(own)
        self.report.publish(
            "started", host=HOST, storageSeconds=self.storage_seconds, began=round(BEGAN_AT, 3)
        )
        return secrets, keys

    def make_directory(self):
        """Returns whether kernels can use sockets here and, if not even the server can, why."""
        self.directory, reason = directories.make_local_directory(directories.why_no_kernel_sockets)
        if self.directory:
            os.environ["JUPYTER_RUNTIME_DIR"] = self.directory
            return True, None
        self.take_note(
            f"Kernels listen on ports, where other users of {HOST} can read what they print: "
            f"{reason}"
        )
        self.directory, reason = directories.make_local_directory(directories.why_no_socket)
        return False, reason

    def take_note(self, note):
        self.notes.append(note)
        log.say(note)

    def choose_endpoint(self, application, reason):
        """The settings of a socket, or else of a port. `reason` is why there can be no socket."""
        listen = self.parameters["listen"]
        if listen == "port":
            return application.port_settings(applications.free_port())
        if not application.has_sockets():
            reason = f"{application.title} cannot listen on one"
        if reason is None:
            self.socket = directories.socket_path(self.directory)
            return application.socket_settings(self.socket)
        if listen == "socket":
            raise Failure(
                f"The notebook server has no Unix socket to listen on, on {HOST}: {reason}.",
                "With `notebook.listen: auto` in the session file it listens on a port of "
                "127.0.0.1 instead.",
            )
        self.take_note(f"The server listens on a port, because no Unix socket can be had: {reason}")
        return application.port_settings(applications.free_port())

    def choose_database(self):
        """Jupyter keeps in one which notebooks are trusted."""
        place = homes.jupyter_data_directory()
        if files.keeps_locks(place):
            return {}
        self.take_note(
            f"{place} is on a file system without locks, so Jupyter forgets at the end which "
            "notebooks are trusted"
        )
        return {"NotebookNotary.db_file": ":memory:"}

    def announce(self, server, title):
        """Publishes where the server answers, as soon as it does."""
        while not applications.answers(self.endpoint(server)):
            time.sleep(0.02)
        problem = self.relay and self.relay.why_deaf()
        if problem:
            self.take_note(f"There is no relay on {HOST}: {problem}")
        note = {"note": ". ".join(self.notes)[:1000]} if self.notes else {}
        self.tell(
            host=HOST,
            endpoint=self.endpoint(server),
            server=title,
            storageSeconds=self.storage_seconds,
            began=round(BEGAN_AT, 3),
            **note,
        )
        if self.parameters["saveScript"]:
            # The first save would wait a second for it.
            importlib.import_module("nbconvert.exporters")

    def tell(self, **facts):
        """
        Publishes what is known, once the server answers. Several threads have something to say.
        """
        with self.telling:
            self.facts.update(facts)
            if "endpoint" in self.facts:
                self.report.keep_trying("answering", **self.facts)

    def endpoint(self, server):
        if self.socket:
            return {"kind": "socket", "host": HOST, "path": self.socket}
        return {"kind": "port", "host": HOST, "address": "127.0.0.1", "port": server.port}

    @staticmethod
    def start_thread(work, *arguments):
        threading.Thread(target=work, args=arguments, daemon=True).start()
