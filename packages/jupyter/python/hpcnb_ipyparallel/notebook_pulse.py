"""
By which the jobs of a cluster that was started in the notebook know that the notebook is there,
and end when it is gone.
"""

import itertools
import os
import signal
import threading
import time

from hpcnb_launch import log, records
from hpcnb_launch.waiting import AwakeClock

# Seconds between two signs of life for the jobs of clusters that were started in the notebook.
PULSE = 15.0


def beat(pulse):
    """
    Overwrites its record with something new again and again; whoever reads that needs no clock to
    know that this job lives.
    """
    for number in itertools.count():
        pulse.try_publish("beating", number=number)
        time.sleep(PULSE)


def start_watching(parameters):
    def end():
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch_notebook, args=(parameters, end), daemon=True).start()


def watch_notebook(parameters, end):
    """
    Calls `end` when the notebook has ended, or was not heard of for `silence` seconds. A notebook
    that reached its walltime could tell nobody, and its jobs may have been queued until after that.
    """
    pulse, silence = parameters["pulseRecord"], parameters["silence"]
    clock = AwakeClock()
    heard, last = None, clock.now()
    while clock.now() - last < silence:
        record, _reason = records.read(pulse, parameters["run"])
        if record is not None and record["state"] in ("ended", "failed"):
            break
        if record is not None and record != heard:
            heard, last = record, clock.now()
        time.sleep(silence / 20)
    log.say("the notebook is gone, and so this job ends too")
    end()
