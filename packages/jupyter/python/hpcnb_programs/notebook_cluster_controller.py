"""
The controller of a notebook cluster, which was started in the notebook: it ends with the notebook.
"""

from hpcnb_ipyparallel import controller, notebook_pulse


def run(parameters):
    notebook_pulse.start_watching(parameters)
    controller.run(parameters)
