"""What the tests share."""

import os
import tempfile
import types
import unittest
import unittest.mock


class InADirectory(unittest.TestCase):
    def setUp(self):
        self.held = tempfile.TemporaryDirectory()
        self.addCleanup(self.held.cleanup)
        self.root = self.held.name
        environment = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(environment)))

    def patch(self, module, **names):
        """Replaces names of a module until the test's end."""
        patcher = unittest.mock.patch.multiple(module, **names)
        patcher.start()
        self.addCleanup(patcher.stop)

    def simulate_time(self, meanwhile=lambda now: None):
        """
        Pauses take no time. `meanwhile` is what happens in each, and gets the seconds that have
        gone by at its end.
        """
        clock = types.SimpleNamespace(now=0.0, monotonic=lambda: clock.now)

        def sleep(seconds):
            clock.now += seconds
            meanwhile(clock.now)

        clock.sleep = sleep
        self.patch("time", monotonic=clock.monotonic, sleep=clock.sleep)
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
