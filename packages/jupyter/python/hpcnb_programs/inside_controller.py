"""
The controller of a cluster that was started inside the notebook: it ends when the notebook is gone.
"""

from hpcnb_ipyparallel import controller, notebook_pulse


def run(parameters):
    notebook_pulse.start_watching(parameters)
    controller.run(parameters)
