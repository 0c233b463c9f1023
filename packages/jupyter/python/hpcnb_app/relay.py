"""
The relay beside the server: a process of its own, so that nobody who floods its port harms the
server.
"""

import json
import signal
import subprocess
import sys
import threading
import time

from hpcnb_launch import log, signals, waiting
from hpcnb_launch.failure import how_it_ended
from hpcnb_launch.signals import HANGUPS, WARNINGS

# Seconds that a server which answers waits for its relay to listen.
LISTEN_LIMIT = 20.0

# What the process begins with; the first line of its standard input has the rest.
STARTER = """
import json, sys
given, importer = json.loads(sys.stdin.readline()), {}
text = given["program"]
exec(compile(text.partition("\\n#: ")[0], "hpcnb_modules", "exec"), importer)
importer["install"](text)
from hpcnb_relay import main
main.run(given)
"""


class Relay:
    """
    Starts again when its process dies. `keys` is the record with the notebook's keys. `parameters`:
    see hpcnb_relay's main.py. `tell` publishes where it listens.
    """

    def __init__(self, keys, parameters, tell):
        self.keys = keys
        self.parameters = parameters
        self.tell = tell
        self.port = None
        self.problem = "it did not listen in time"
        self.endpoint = None
        self.is_known = threading.Event()
        self.has_begun = threading.Event()

    def lead_to(self, endpoint):
        self.endpoint = endpoint
        self.is_known.set()

    def why_deaf(self):
        """Why it does not listen although it should, or None."""
        self.has_begun.wait(LISTEN_LIMIT)
        return self.problem

    def run(self):
        """For as long as the server runs, if it can be of use at all."""
        pauses = waiting.growing_pauses(1.0, 60.0)
        while True:
            try:
                process = start_process()
                is_of_use = self.serve(process)
            except OSError as error:
                # No process may be started, or it ended before it had read.
                self.problem, is_of_use = str(error), False
            if not is_of_use:
                return self.has_begun.set()
            how = how_it_ended(process.wait())
            log.say(f"the relay ended {how}, and is started again")
            time.sleep(next(pauses))

    def serve(self, process):
        """Whether it can be of use. Returns when it knows all that it is to know."""
        given = {**self.parameters, "keys": self.keys, "before": self.port}
        write_line(process, {**given, "program": carried_text()})
        line = process.stdout.readline()
        facts = json.loads(line) if line else {"fault": "its process failed"}
        self.problem = facts.get("fault") or facts.get("problem")
        if "fault" in facts:
            return False
        if "port" in facts:
            self.port = facts["port"]
            self.tell(relay=facts)
        self.has_begun.set()
        self.is_known.wait()
        write_line(process, self.endpoint)
        return True


def start_process():
    # -I: what the user's environment has for Python is not for this.
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", STARTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
        preexec_fn=ignore_signals,
    )


def ignore_signals():
    """It ends with its standard input, and so after the server."""
    signals.ignore((signal.SIGTERM, signal.SIGINT, *WARNINGS, *HANGUPS))


def write_line(process, value):
    process.stdin.write(json.dumps(value).encode("ascii") + b"\n")
    process.stdin.flush()


def carried_text():
    """The text in which this job's programs came: see core's hpcnb_modules.py."""
    return __spec__.loader.text
