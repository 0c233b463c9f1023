"""
The controller's process: runs ipyparallel's controller as a child, says which engines it knows, and
ends idle ones.
"""

import os
import shutil

from hpcnb_ipyparallel import controller_ports, controller_process
from hpcnb_ipyparallel.watch import Watch
from hpcnb_launch import addresses, directories, failure, homes, job, log, signals, storage
from hpcnb_launch.failure import HOST
from hpcnb_launch.report import Report


def run(parameters, has_own_log=True):
    own, engines = (
        Report(parameters[name], parameters["run"]) for name in ("record", "enginesRecord")
    )
    if has_own_log:
        log.keep_log_bounded()
    job.run(parameters, [own, engines], lambda: ControllerJob(parameters, own, engines).run())


class ControllerJob:
    def __init__(self, parameters, report, engines):
        self.parameters = parameters
        self.report = report
        self.engines = engines

    def run(self):
        signals.tell_warnings()
        own, seconds = storage.wait_for_records(
            [self.report.path], self.parameters["run"], self.parameters["readiness"]
        )
        self.report.expect_first_start(own)
        self.report.publish("started", host=HOST, storageSeconds=seconds)
        interface = self.parameters["interface"]
        found = addresses.of_interface(interface) if interface else addresses.of_host()
        scratch = directories.make_scratch_directory()
        child = None
        try:
            profile = homes.make_scratch_profile(scratch)
            child = controller_process.start_controller(profile, scratch, self.parameters)
            controller_process.heed_end(child)
            # The child's start takes longer than this import.
            Client = import_client()
            client, engine = controller_process.read_connections(profile)
            controller_ports.expect(self.parameters["ports"], [client, engine])
            connections = {
                "addresses": found,
                "client": client,
                "engine": engine,
                "heartbeat": self.parameters["heartbeat"],
            }
            self.report.keep_trying("answering", host=HOST, storageSeconds=seconds, **connections)
            path = os.path.join(profile, "security", "ipcontroller-client.json")
            with Client(path, timeout=60) as known:
                Watch(known, self.parameters, self.engines).run()
        finally:
            controller_process.heed_no_end()
            if child:
                controller_process.end(child)
            shutil.rmtree(scratch, ignore_errors=True)


def import_client():
    try:
        from ipyparallel import Client
    except ImportError as error:
        raise failure.cannot_import("ipyparallel", error) from error
    return Client
