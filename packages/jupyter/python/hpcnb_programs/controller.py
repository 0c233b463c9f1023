"""The job of ipyparallel's controller."""

from hpcnb_ipyparallel import controller


def run(parameters):
    controller.run(parameters)
