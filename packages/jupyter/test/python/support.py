"""The launch programs' parts as one module, for the tests that programs.test.ts runs. HPCNB_PROGRAMS is their directory."""

import os
import tempfile
import unittest

PARTS = {}
for name in ("common", "places", "save_script", "server", "offer_clusters", "notebook", "controller", "engine", "inside"):
    path = os.path.join(os.environ["HPCNB_PROGRAMS"], f"{name}.py")
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
