"""Prints which of JupyterLab and ipyparallel this Python has: see ../src/init/look-script.ts."""

from importlib.util import find_spec

packages = (("lab", "jupyterlab"), ("ipyparallel", "ipyparallel"))
print("\t".join(word if find_spec(name) else "" for word, name in packages))
