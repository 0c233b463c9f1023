"""
What the notebook job does about its run's cluster: shows clients its controller, and tells when
that cannot be reached.
"""

import json
import os
import socket
import time

from hpcnb_launch import files, log, records, waiting

# Seconds between two looks at which controller there is.
LOOK_EVERY = 1.0

# Seconds between two tries to reach it, and that one may take; so many in a row must fail.
REACH_EVERY = 10.0
REACH_LIMIT = 5.0
TRIES_BELIEVED = 3

# The connection breaks after these seconds of silence of the other host's system.
KEEP_ALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 2}


class ClusterFollower:
    """
    `security` is where clients look for connection files; `tell` gets the generation of a cluster
    whose controller is out of reach, or None.
    """

    def __init__(self, parameters, security, tell):
        self.run_id = parameters["run"]
        self.pointer = parameters["pointerRecord"]
        self.connection_file = os.path.join(security, "ipcontroller-client.json")
        self.tell = tell
        self.shown = None
        self.trouble = None
        self.failures, self.next_try, self.told = 0, 0.0, None
        self.line = Line()

    def run(self):
        """For as long as the server runs."""
        pauses = waiting.growing_pauses(0.1, 2.0)
        while True:
            generation, record = self.read()
            if record is not None:
                self.show(record.get("client"))
                self.reach(generation, record.get("client"))
            time.sleep(LOOK_EVERY if self.shown else next(pauses))

    def read(self):
        """
        The generation of the run's newest cluster, and what its controller says of itself; None for
        what cannot be read (yet).
        """
        pointer, _reason = records.read(self.pointer, self.run_id)
        if pointer is None or pointer["generation"] is None:
            return None, None
        record, _reason = records.read(pointer["controllerRecord"], self.run_id)
        return pointer["generation"], record

    def show(self, client):
        """
        Lets `ipyparallel.Client(profile=...)` find the controller, now and whenever it changes.
        """
        if client == self.shown:
            return
        try:
            if client:
                files.write_private(self.connection_file, json.dumps(client))
            elif os.path.exists(self.connection_file):
                os.unlink(self.connection_file)
            self.shown, self.trouble = client, None
        except OSError as error:
            if str(error) != self.trouble:
                log.say(f"{self.connection_file} could not be changed: {error}")
            self.trouble = str(error)

    def reach(self, generation, client):
        """
        A host that has died says nothing: its last record stays, and a scheduler may list its jobs
        as running for hours.
        """
        if client is None:
            self.failures, unreachable = 0, None
        elif time.monotonic() < self.next_try:
            return
        else:
            self.next_try = time.monotonic() + REACH_EVERY
            self.failures = 0 if self.line.is_there(client) else self.failures + 1
            unreachable = generation if self.failures >= TRIES_BELIEVED else None
        if unreachable != self.told:
            log.say(f"the controller {'cannot be reached' if unreachable else 'is there'}")
            self.tell(unreachable)
            self.told = unreachable


class Line:
    """
    A connection to the controller that is held for as long as it lasts. A suspended controller
    keeps those that it has, and has room for few new ones.
    """

    def __init__(self):
        self.connection, self.address = None, None

    def is_there(self, client):
        address = (client["location"], client["registration"])
        if self.connection and address == self.address and is_open(self.connection):
            return True
        if self.connection:
            self.connection.close()
            self.connection = None
        try:
            self.connection, self.address = socket.create_connection(address, REACH_LIMIT), address
            self.connection.setblocking(False)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in KEEP_ALIVE.items():
                if hasattr(socket, name):
                    self.connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        except OSError:
            return False
        return True


def is_open(connection):
    """Whatever the controller says is of no interest."""
    try:
        while connection.recv(4096):
            pass
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False
