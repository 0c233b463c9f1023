"""An engine waits for its controller."""

import time

from hpcnb_ipyparallel.limits import CONTROLLER_LIMIT
from hpcnb_launch import records, waiting
from hpcnb_launch.failure import HOST, Failure
from hpcnb_launch.storage import DELAY_GRACE
from hpcnb_launch.waiting import AwakeClock

# Seconds from the controller's start to its answer, or to its word why there is none: its own
# limit, and time for what that does not count, the import of ipyparallel from slow storage and a
# record that is seen late.
ANSWER_LIMIT = CONTROLLER_LIMIT + 180.0


def wait_for_controller(path, parameters):
    """
    How to connect to it, and the milliseconds of its heartbeat. The controller may be queued for
    hours, so only its end, the loss of its record, or a start without an answer ends this: who is
    killed says nothing.
    """
    pauses = waiting.growing_pauses(0.05, 5.0)
    clock = AwakeClock()
    last_seen, started = clock.now(), None
    while True:
        record, reason = records.read(path, parameters["run"])
        if record is not None:
            last_seen = clock.now()
            if record["state"] == "answering":
                return record["engine"], record["heartbeat"]
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
