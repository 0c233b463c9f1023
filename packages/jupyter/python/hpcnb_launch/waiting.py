"""How long to wait, and until when."""

import random
import time


class AwakeClock:
    """
    Seconds in which this process could run, for limits. It is asked again and again; where it was
    not for longer than any pause of these programs, the process was suspended.
    """

    LONGEST = 20.0

    def __init__(self):
        self.seconds, self.last = 0.0, time.monotonic()

    def now(self):
        moment = time.monotonic()
        self.seconds += min(moment - self.last, self.LONGEST)
        self.last = moment
        return self.seconds


def growing_pauses(first, longest):
    """Seconds, each a little random, so that many jobs that began together do not ask together."""
    pause = first
    while True:
        yield pause * random.uniform(0.8, 1.2)
        pause = min(pause * 1.5, longest)
