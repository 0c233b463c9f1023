"""The launch programs' parts as one module, for the tests that programs.test.ts runs. HPCNB_PROGRAMS is their directory."""

import os
import tempfile
import types
import unittest
import unittest.mock

PARTS = {}
LAUNCH = ("common", "signals", "log", "places", "homes")
APP = ("save_script", "server", "notebook")
IPYPARALLEL = ("offer_clusters", "follow", "controller_process", "controller", "presence", "engine", "inside")
for folder, name in [("hpcnb_launch", n) for n in LAUNCH] + [("hpcnb_app", n) for n in APP] + [("hpcnb_ipyparallel", n) for n in IPYPARALLEL]:
    path = os.path.join(os.environ["HPCNB_PROGRAMS"], folder, f"{name}.py")
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), PARTS)


class Namespace:
    def __getattr__(self, name):
        return PARTS[name]


hpcnb = Namespace()


class InADirectory(unittest.TestCase):
    def setUp(self):
        self.held = tempfile.TemporaryDirectory()
        self.addCleanup(self.held.cleanup)
        self.root = self.held.name
        environment = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(environment)))

    def patch(self, **parts):
        """Replaces names of the programs until the test's end."""
        patcher = unittest.mock.patch.dict(PARTS, parts)
        patcher.start()
        self.addCleanup(patcher.stop)

    def simulate_time(self, meanwhile=lambda now: None):
        """Pauses take no time. `meanwhile` is what happens in each, and gets the seconds that have gone by at its end."""
        clock = types.SimpleNamespace(now=0.0, monotonic=lambda: clock.now)

        def sleep(seconds):
            clock.now += seconds
            meanwhile(clock.now)

        clock.sleep = sleep
        self.patch(time=clock)
        return clock

    def path(self, *names):
        return os.path.join(self.root, *names)

    def write(self, text, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path(*names)

    def read(self, *names):
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()
