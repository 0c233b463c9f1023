"""An engine waits for its controller."""

import time

from hpcnb_ipyparallel.limits import CONTROLLER_LIMIT
from hpcnb_launch import log, reach, records, waiting
from hpcnb_launch.failure import HOST, Failure
from hpcnb_launch.storage import DELAY_GRACE
from hpcnb_launch.waiting import AwakeClock

# Seconds from the controller's start to its answer, or to its word why there is none: its own
# limit, and time for what that does not count, the import of ipyparallel from slow storage and a
# record that is seen late.
ANSWER_LIMIT = CONTROLLER_LIMIT + 180.0

# Seconds that a controller may be out of reach, although it answers on its own host.
UNREACHED_LIMIT = 120.0


def wait_for_controller(path, parameters, name):
    """
    How `name` connects to it, and the milliseconds of its heartbeat. The controller may be queued
    for hours, so only its end, the loss of its record, or a start without an answer ends this: who
    is killed says nothing.
    """
    pauses = waiting.growing_pauses(0.05, 5.0)
    clock = AwakeClock()
    last_seen, started = clock.now(), None
    way = Way(name, clock)
    while True:
        record, reason = records.read(path, parameters["run"])
        if record is not None:
            last_seen = clock.now()
            if record["state"] == "answering":
                connection = way.find(record)
                if connection is not None:
                    return connection, record["heartbeat"]
            if record["state"] in ("failed", "ended"):
                problem = record.get("problem", "it was stopped")
                raise Failure(f"There is no controller to connect to: {problem}")
            if record["state"] == "started":
                started = last_seen if started is None else started
                if last_seen - started > ANSWER_LIMIT:
                    raise Failure(
                        f"The controller has started on {record['host']}, and {ANSWER_LIMIT:.0f} "
                        "s later it does not answer.",
                        "It was probably killed, for its memory or with its host: `hpcnb up` "
                        "starts another one.",
                    )
        elif clock.now() - last_seen > max(parameters["readiness"]["seconds"], DELAY_GRACE):
            raise Failure(f"{path} can no longer be read on {HOST}: {reason}.")
        time.sleep(next(pauses))


class Way:
    """The way to a controller that answers, for `name` on this host."""

    def __init__(self, name, clock):
        self.name = name
        self.clock = clock
        self.unreached_since = None
        self.told = None

    def find(self, record):
        """The connection, or None where no address answers yet."""
        try:
            return reach.connection_from_here(record, "engine")
        except reach.Unreached as error:
            problem = f"{self.name} {error}"
            if problem != self.told:
                log.say(problem)
                self.told = problem
            now = self.clock.now()
            # A suspended controller is waited for as long as that takes.
            if error.is_silent or self.unreached_since is None:
                self.unreached_since = now
            if now - self.unreached_since > UNREACHED_LIMIT:
                raise Failure(
                    f"{problem}. It has tried for {UNREACHED_LIMIT:.0f} s.", reach.HINT
                ) from error
            return None
