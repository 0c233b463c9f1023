"""
Whether the controller is there and knows an engine: watched by a thread of the engine's process,
also while it computes.
"""

import base64
import random
import time
import zlib

from hpcnb_launch import records

# Seconds between two looks of the thread; after a gap that long it was suspended, or kept from
# running.
LOOK = 1.0
GAP = 5.0

# Heartbeats between two looks at what the controller has published, which hundreds of engines do.
BEATS_BETWEEN = 60

# Seconds until it is asked again whether it still does not know the engine.
ASK_AGAIN = 2.0

# Seconds that an engine is unknown to the controller before it believes so: longer than
# ipyparallel's hub looks for tasks that were lost with it, and would take those of the next engine
# with its number for them.
FORGETTING = 10.0

# Seconds that the controller may give the number to a process that is gone, before that must
# be another living one.
TWIN_LIMIT = 60.0

# Seconds an engine waits until the controller knows it; ipyparallel's 5 are too few when hundreds
# begin together.
REGISTRATION_LIMIT = 60.0

# Seconds that the connection may be away before the controller counts as gone.
DOWN_LIMIT = 10.0

# Exit codes of an engine that was never registered, that the controller has forgotten, and for
# which it has another one.
UNKNOWN, FORGOTTEN, REPLACED = 75, 76, 77

# The connection to the hub is given up after these seconds of silence of the other host's system.
KEEP_ALIVE = {
    "TCP_KEEPALIVE": 1,
    "TCP_KEEPALIVE_IDLE": 10,
    "TCP_KEEPALIVE_INTVL": 5,
    "TCP_KEEPALIVE_CNT": 3,
    "TCP_MAXRT": 30_000,
}


class Presence:
    """
    Of an engine with a `number`, from 1, and `ident`, the name of its process; its `ask` has the
    controller say which engines it knows, `letter` is what it has published of this one,
    `was_accepted` whether the engine was told that it is registered, and `leave` ends the process
    with a code. The controller's silence alone says nothing: it may be suspended.
    """

    def __init__(self, engine, beat):
        self.engine = engine
        self.between = BEATS_BETWEEN * beat / 1000
        self.patience = max(FORGETTING, 5 * beat / 1000) + 2 * beat / 1000
        now = time.monotonic()
        self.last, self.down_since = now, now
        self.unknown_since = None
        # Not at once: hundreds that begin together have more to ask the controller for.
        self.next_ask = now + random.uniform(0.5, 1.0) * self.between + LOOK
        self.next_look = self.next_ask + self.between
        self.is_asked = False

    def is_there(self):
        """
        A suspended controller keeps its connections; one that has ended, or whose host is gone,
        does not.
        """
        return self.down_since is None or time.monotonic() - self.down_since < DOWN_LIMIT

    def turn(self):
        """One look."""
        now = time.monotonic()
        if now - self.last > GAP:
            self.next_ask, self.unknown_since = now, None
        self.last = now
        if now >= self.next_look:
            self.next_look = now + random.uniform(0.8, 1.2) * self.between
            if self.engine.letter() not in ("r", "a"):
                self.next_ask = now
        if self.next_ask is not None and now >= self.next_ask and not self.is_asked:
            self.is_asked, self.next_ask = True, None
            self.engine.ask()
        if (
            not self.engine.was_accepted()
            and self.down_since is not None
            and now - self.down_since > REGISTRATION_LIMIT
        ):
            self.engine.leave(UNKNOWN)

    def connected(self, is_connected):
        if not is_connected:
            self.down_since = time.monotonic()
            return
        # What was asked before may have been lost with the connection.
        self.down_since, self.is_asked = None, False
        if self.engine.was_accepted() or self.unknown_since is not None:
            self.next_ask = time.monotonic()

    def answered(self, engines):
        """Told by the controller: the names of processes by their engines' numbers, from 0."""
        now, self.is_asked = time.monotonic(), False
        holder = engines.get(self.engine.number - 1)
        if holder == self.engine.ident:
            self.unknown_since = None
            return
        self.unknown_since = now if self.unknown_since is None else self.unknown_since
        self.next_ask = now + ASK_AGAIN
        waited = now - self.unknown_since
        if holder is not None and waited > TWIN_LIMIT:
            self.engine.leave(REPLACED)
        elif holder is None and not self.engine.was_accepted() and waited > REGISTRATION_LIMIT:
            self.engine.leave(UNKNOWN)
        elif holder is None and self.engine.was_accepted() and waited > self.patience:
            self.engine.leave(FORGOTTEN)


def published_letter(path, run, number):
    """
    Of an engine, from what the controller's process has published; "-" where it says nothing of it.
    """
    record, _reason = records.read(path, run)
    if record is None or "engines" not in record:
        return "-"
    letters = zlib.decompress(base64.b64decode(record["engines"])).decode("ascii")
    return letters[number - 1] if number <= len(letters) else "-"


class HubConnection:
    """
    A connection of the thread's own to ipyparallel's hub, which also tells when the hub, or its
    host, is gone.
    """

    def __init__(self, engine):
        import zmq
        from ipyparallel import util
        from zmq.utils.monitor import recv_monitor_message

        self.zmq, self.recv_monitor_message = zmq, recv_monitor_message
        # A context of its own: the engine's may not be used from another thread.
        self.session = type(engine.session)(parent=engine)
        self.socket = zmq.Context().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        for name, value in KEEP_ALIVE.items():
            self.socket.setsockopt(getattr(zmq, name), value)
        # A suspended controller answers no greeting.
        self.socket.setsockopt(zmq.HANDSHAKE_IVL, 0)
        self.monitor = self.socket.get_monitor_socket(zmq.EVENT_CONNECTED | zmq.EVENT_DISCONNECTED)
        keys = {
            name: getattr(engine, name)
            for name in ("curve_serverkey", "curve_publickey", "curve_secretkey")
        }
        util.connect(
            self.socket, engine.registration_url, **(keys if engine.curve_serverkey else {})
        )

    def ask(self):
        self.session.send(self.socket, "connection_request", content={})

    def watch(self, presence):
        """For as long as the process lives."""
        poller = self.zmq.Poller()
        for socket_ in (self.socket, self.monitor):
            poller.register(socket_, self.zmq.POLLIN)
        while True:
            events = dict(poller.poll(int(LOOK * 1000)))
            if self.monitor in events:
                event = self.recv_monitor_message(self.monitor)["event"]
                presence.connected(event == self.zmq.EVENT_CONNECTED)
            if self.socket in events:
                _identities, message = self.session.feed_identities(self.socket.recv_multipart())
                engines = self.session.deserialize(message)["content"].get("engines", {})
                presence.answered({int(number): name for number, name in engines.items()})
            presence.turn()
