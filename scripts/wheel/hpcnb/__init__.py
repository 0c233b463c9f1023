"""hpcnb for pip: the program for Node, and what starts it."""

__version__ = "0.0.0"
