"""
An engine of a cluster that was started inside the notebook: it ends when the notebook is gone.
"""

from hpcnb_ipyparallel import engine, notebook_pulse


def run(parameters):
    notebook_pulse.start_watching(parameters)
    engine.run(parameters)
