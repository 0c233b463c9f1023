"""The notebook job: a server, and beside it what clusters need."""

from hpcnb_app.notebook import NotebookJob
from hpcnb_ipyparallel.companion import Companion
from hpcnb_launch import job
from hpcnb_launch.report import Report


def run(parameters):
    companion = Companion(parameters)
    report = Report(parameters["record"], parameters["run"])
    work = NotebookJob(parameters, report, companion).run
    job.run(parameters, [report, companion.pulse], work)
