"""
What the notebook job does about its run's cluster: shows clients its controller, and tells when
that cannot be reached.
"""

import json
import os
import socket
import time

from hpcnb_launch import files, log, reach, records, sockets, waiting
from hpcnb_launch.failure import HOST

# Seconds between two looks at which controller there is.
LOOK_EVERY = 1.0

# Seconds between two tries to reach it, and that one may take; so many in a row must fail.
REACH_EVERY = 10.0
REACH_LIMIT = 5.0
TRIES_BELIEVED = 3

# Characters of a sentence that the notebook's record has room for.
LONGEST_PROBLEM = 1000

# See `keep_alive`: the connection breaks after 11 seconds of silence of the other host's system.
KEEP_ALIVE = (5, 3, 2)


class ClusterFollower:
    """
    `security` is where clients look for connection files; `tell` gets the generation of a cluster
    whose controller is out of reach and a sentence that says so, or twice None.
    """

    def __init__(self, parameters, security, tell):
        self.run_id = parameters["run"]
        self.pointer = parameters["pointerRecord"]
        self.connection_file = os.path.join(security, "ipcontroller-client.json")
        self.tell = tell
        # What the controller has published, and the same with an address that was reached.
        self.published, self.connection = None, None
        self.shown, self.trouble = None, None
        self.failures, self.next_try, self.told = 0, 0.0, None
        self.line = Line()

    def run(self):
        """For as long as the server runs."""
        pauses = waiting.growing_pauses(0.1, 2.0)
        while True:
            generation, record = self.read()
            if record is not None:
                self.show(self.reach(generation, record))
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

    def reach(self, generation, record):
        """
        The connection for clients, once the controller was reached. A host that has died says
        nothing: its last record stays, and a scheduler may list its jobs as running for hours.
        """
        client = record.get("client")
        if client != self.published:
            self.published, self.connection = client, None
            self.failures, self.next_try = 0, 0.0
        if client is None:
            self.say(None, None)
        elif time.monotonic() >= self.next_try:
            self.next_try = time.monotonic() + REACH_EVERY
            problem = self.try_to_reach(record)
            self.failures = self.failures + 1 if problem else 0
            self.say(generation if self.failures >= TRIES_BELIEVED else None, problem)
        return self.connection

    def try_to_reach(self, record):
        """None, or why it cannot be reached. The address that was reached last is tried first."""
        if self.connection and self.line.is_there(self.connection):
            return None
        try:
            self.connection = reach.connection_from_here(record, "client")
        except reach.Unreached as error:
            return f"the notebook's host {HOST} {error}"[:LONGEST_PROBLEM]
        if self.line.is_there(self.connection):
            return None
        return f"it can no longer be reached from the notebook's host {HOST}"

    def say(self, unreachable, problem):
        if unreachable != self.told:
            log.say(
                f"the controller cannot be reached: {problem}"
                if unreachable
                else "the controller is there"
            )
            self.tell(unreachable, problem if unreachable else None)
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
            sockets.keep_alive(self.connection, *KEEP_ALIVE)
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
