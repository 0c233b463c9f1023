"""The record in which a job says how it is."""

import os
import threading
import time

from hpcnb_launch import log, records, waiting
from hpcnb_launch.failure import Failure


class Report:
    """
    What this job says of itself, overwritten in place with the same size. The last word is "failed"
    or "ended".
    """

    def __init__(self, path, run):
        self.path = path
        self.run = run
        self.lock = threading.Lock()
        self.is_final = False
        # Why it could not be written when that was tried last.
        self.trouble = None

    @staticmethod
    def expect_first_start(record):
        """
        A scheduler may start a job again, after it took it from a host. What the first start has
        published, its secrets and its engines are not taken over: the session is started again.
        """
        if record["state"] != "waiting":
            raise Failure(
                "The scheduler has started this job again, and a job of a session starts only once."
            )

    def publish(self, state, **facts):
        with self.lock:
            is_last = state in ("failed", "ended")
            if self.is_final and not is_last:
                return
            self.is_final = self.is_final or is_last
            data = records.encode({"run": self.run, "state": state, **facts})
            descriptor = os.open(self.path, os.O_WRONLY)
            try:
                while data:
                    data = data[os.write(descriptor, data) :]
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def try_publish(self, state, **facts):
        """
        As `publish`, but a storage that cannot be written now (quota, a stale handle) is told in
        the log and ends nothing: it returns False, and the caller tries again when it has more to
        say.
        """
        try:
            self.publish(state, **facts)
        except OSError as error:
            if str(error) != self.trouble:
                log.say(f"{self.path} could not be written: {error}")
            self.trouble = str(error)
            return False
        self.trouble = None
        return True

    def keep_trying(self, state, **facts):
        """Returns once it is published. For what others wait for and what goes on in any case."""
        pauses = waiting.growing_pauses(0.1, 5.0)
        while not self.try_publish(state, **facts):
            time.sleep(next(pauses))
