"""Waits until this host sees what others have written."""

import time
import types

from hpcnb_launch import records, waiting
from hpcnb_launch.failure import HOST, Failure
from hpcnb_launch.waiting import AwakeClock

# Seconds that a record may still take after a fixed delay.
DELAY_GRACE = 5.0


def wait_for_records(paths, run, readiness):
    """The records at `paths`, and the seconds that it took until all could be read on this host."""
    start = time.monotonic()
    limit = readiness["seconds"]
    if readiness["strategy"] == "delay":
        time.sleep(limit)
        limit = DELAY_GRACE
    elif readiness["strategy"] == "own":
        own_module(readiness["source"]).wait(paths, run, limit)
        limit = DELAY_GRACE
    clock = AwakeClock()
    found = [wait_for_record(path, run, start, lambda: limit - clock.now()) for path in paths]
    return [*found, round(time.monotonic() - start, 3)]


def own_module(source):
    """What a plugin brings for jobs, see `JobReadiness` in core's readiness.ts."""
    module = types.ModuleType("hpcnb_readiness")
    exec(compile(source, "<storage readiness>", "exec"), module.__dict__)
    return module


def wait_for_record(path, run, start, seconds_left):
    pauses = waiting.growing_pauses(0.05, 2.0)
    while True:
        record, reason = records.read(path, run)
        if record is not None:
            return record
        left = seconds_left()
        if left <= 0:
            waited = time.monotonic() - start
            raise Failure(
                f"After {waited:.0f} s, {path} still cannot be read on {HOST}: {reason}.",
                "The shared storage is late or is not there on that host. storage.timeout in the "
                "session file sets how "
                "long to wait.",
            )
        time.sleep(min(next(pauses), left))
