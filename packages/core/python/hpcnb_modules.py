"""
Imports modules from the text that carries them to a host, where nothing of hpcnb is installed. The
text is this file, and then, for each module, a line with its path such as `#: hpcnb_launch/job.py`
and its source.
"""

import sys
from importlib.machinery import ModuleSpec


class CarriedModules:
    """A finder and loader, see https://docs.python.org/3/reference/import.html."""

    def __init__(self, text):
        self.text = text
        self.sources = dict(part.split("\n", 1) for part in text.split("\n#: ")[1:])

    def find_spec(self, name, path=None, target=None):
        file = name.replace(".", "/") + ".py"
        if file in self.sources:
            return ModuleSpec(name, self, origin=file)
        if any(other.startswith(file[:-3] + "/") for other in self.sources):
            return ModuleSpec(name, None, is_package=True)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        file = module.__spec__.origin
        exec(compile(self.sources[file], "hpcnb:" + file, "exec"), module.__dict__)

    def get_source(self, name):
        """For the lines of a traceback."""
        return self.sources[name.replace(".", "/") + ".py"]


def install(text):
    """Before all other finders: what lies on the import path cannot take a module's place."""
    sys.meta_path.insert(0, CarriedModules(text))
