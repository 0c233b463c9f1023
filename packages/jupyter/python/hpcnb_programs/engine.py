"""The job of an engine."""

from hpcnb_ipyparallel import engine


def run(parameters):
    engine.run(parameters)
